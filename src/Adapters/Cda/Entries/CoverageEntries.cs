using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Coverage Activity and its Policy Activities to Coverage.</summary>
internal static class CoverageEntries
{
    /// <summary>Reads the policies of one activity.</summary>
    public static bool Read(CdaNode activity, EntryScope scope, string? argument)
    {
        bool any = false;
        foreach ((CdaNode relation, CdaNode policy) in Statements.Inner(activity))
        {
            if (!policy.HasTemplate("2.16.840.1.113883.10.20.22.4.61")) continue;
            policy.Used = Policy(relation, policy, scope);
            any |= policy.Used;
        }

        return any;
    }

    private static bool Policy(CdaNode relation, CdaNode policy, EntryScope scope)
    {
        CdaConversion conversion = scope.Conversion;
        CdaNode? payerEntity = policy.Children("performer").FirstOrDefault(performer => performer.HasTemplate("2.16.840.1.113883.10.20.22.4.87"))?.Child("assignedEntity")
            ?? policy.Child("performer")?.Child("assignedEntity");
        DraftObject? payer = People.Organization(payerEntity?.Child("representedOrganization"), conversion) ?? People.Assigned(payerEntity, conversion);
        if (payer is null || ((string?)payer["reference"])?.Split('/')[0] is not ("Organization" or "Patient" or "RelatedPerson"))
        {
            conversion.Warn("required", policy, "a policy without the institution that pays; FHIR's Coverage needs it, so it is not mapped. It stays in the section's text.");
            return false;
        }

        CdaNode? covered = Participant(policy, "COV"), holder = Participant(policy, "HLD");
        CdaNode? memberId = covered?.Child("participantRole")?.Child("id");
        DraftObject coverage = JsonBuilding.Resource("Coverage", conversion.IdFor("Coverage", policy))
            .SetAll("identifier", Identifiers.All(policy, conversion))
            .Set("status", policy.Child("statusCode")?["code"] switch { "nullified" => "entered-in-error", "aborted" or "cancelled" => "cancelled", "new" => "draft", _ => "active" })
            .Set("type", Codes.Concept(policy.Child("code"), conversion));
        coverage.Set("subscriberId", memberId?["extension"]);
        coverage["beneficiary"] = conversion.Subject;
        CdaNode? relationship = covered?.Child("participantRole")?.Child("code");
        coverage.Set("relationship", Codes.Concept(relationship, conversion));
        coverage.Set("period", Times.Period(covered?.Child("time"), conversion));
        coverage.Append("payor", payer);
        if (relation.Child("sequenceNumber")?["value"] is { } order && int.TryParse(order, out int number) && number > 0) coverage.Set("order", DraftValue.Of(number));
        if (holder?.Child("participantRole") is { } role)
        {
            if (role.Down("playingEntity", "name") is not null && People.Related(role, conversion, "playingEntity") is { } subscriber) coverage.Set("policyHolder", subscriber);
        }

        scope.Add(coverage);
        return true;
    }

    private static CdaNode? Participant(CdaNode policy, string type) => policy.Children("participant").FirstOrDefault(participant => participant["typeCode"] == type);
}
