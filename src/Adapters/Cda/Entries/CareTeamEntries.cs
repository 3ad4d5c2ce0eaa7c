using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Care Team Organizer to CareTeam.</summary>
internal static class CareTeamEntries
{
    /// <summary>Reads one.</summary>
    public static bool Read(CdaNode organizer, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        DraftObject team = JsonBuilding.Resource("CareTeam", conversion.IdFor("CareTeam", organizer))
            .SetAll("identifier", Identifiers.All(organizer, conversion))
            .Set("status", CdaTables.Map("care-team-status", organizer.Child("statusCode")?["code"]));
        foreach ((_, CdaNode inner) in Statements.Inner(organizer))
        {
            if (inner.HasTemplate("2.16.840.1.113883.10.20.22.4.500.2"))
            {
                inner.Used = true;
                team.Append("category", Codes.Concept(inner.Child("value"), conversion));
            }
        }

        team["subject"] = conversion.Subject;
        team.Set("encounter", conversion.Encounter?.DeepClone()).Set("period", Times.Period(organizer.Child("effectiveTime"), conversion));
        foreach ((_, CdaNode member) in Statements.Inner(organizer))
        {
            if (!member.HasTemplate("2.16.840.1.113883.10.20.22.4.500.1")) continue;
            foreach ((DraftObject who, CdaNode performer) in People.Performers(member, conversion))
            {
                member.Used = true;
                team.Append("participant", new DraftObject()
                    .Append("role", Codes.Concept(performer.Child("sdtc:functionCode") ?? performer.Child("functionCode"), conversion))
                    .Set("member", who)
                    .Set("period", Times.Period(member.Child("effectiveTime"), conversion)));
            }
        }

        if (!team.ContainsKey("participant")) return false;
        scope.Add(team.Notes(organizer, conversion));
        return true;
    }
}
