namespace Consortium.Adapters.Hl7V2.Language.Identities;

/// <summary>What stands between resources of the message and has no number of its own: it is known by them, in whatever order the message names them.</summary>
internal sealed class BetweenRule(string kind, string[] names) : IdentityRule
{
    public override string? Find(IdentityRequest request)
    {
        var ids = new List<string>(names.Length);
        foreach (string name in names)
        {
            if (request.Names?.IdOf(name) is not { } id) return null;
            ids.Add(id);
        }

        if (ids.Distinct(StringComparer.Ordinal).Count() < ids.Count)
        {
            request.Run.Conversion.Error("business-rule", request.Segment, $"by their numbers {string.Join(" and ", names)} are one and the same; a {request.ResourceType} is between different ones. Send the numbers of each.");
        }

        ids.Sort(StringComparer.Ordinal);
        return request.Run.Conversion.Id(request.ResourceType, request.Run.Conversion.Source, $"{kind}|{string.Join('|', ids)}");
    }
}
