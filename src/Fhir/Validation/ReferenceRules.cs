using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation;

/// <summary>The form of a literal reference and the type that it names (FHIR R4 references.html#literal).</summary>
internal sealed class ReferenceRules(FhirDocument document, R4Tables tables, IssueList issues, ReferenceTargets targets)
{
    private static readonly int s_referenceName = R4Tables.Instance.FindName("reference"u8);
    private static readonly int s_typeName = R4Tables.Instance.FindName("type"u8);

    public void Check(int at, in ElementRow element)
    {
        int literal = 0, stated = 0;
        ElementChildren children = document.ChildrenOf(at);
        while (children.MoveNext())
        {
            int name = tables.Elements[document.Nodes[children.Current].Element].Name;
            if (name == s_referenceName && document.Nodes[children.Current].Kind == JsonKind.String) literal = children.Current;
            else if (name == s_typeName && document.Nodes[children.Current].Kind == JsonKind.String) stated = children.Current;
        }

        int statedType = stated == 0 ? 0 : tables.FindType(document.Value(stated));
        if (statedType != 0) CheckTarget(stated, at, element, statedType);
        if (literal == 0) return;

        ReadOnlySpan<byte> value = document.Value(literal);
        if (value.IsEmpty) return;
        if (value[0] == '#' || value.StartsWith("urn:"u8))
        {
            CheckResolved(at, literal, element, statedType, 0);
            return;
        }

        if (value.ContainsAny(" \t\r\n"u8))
        {
            issues.Error(literal, "value", "A reference has no white space (FHIR R4 references.html#literal).");
            return;
        }

        bool absolute = value.IndexOf("://"u8) > 0;
        int target = LiteralReference.TypeOf(value);

        // An absolute URL need not be a RESTful one; a relative one that is not leads nowhere on a FHIR server, but no clause forbids it.
        if (target == 0)
        {
            if (absolute) CheckResolved(at, literal, element, statedType, 0);
            else issues.Warning(literal, "value", "A relative reference is ResourceType/id, with /_history/version at most (FHIR R4 references.html#literal).");
            return;
        }

        if (statedType != 0 && statedType != target)
        {
            issues.Error(literal, "value", $"The reference is to a {tables.TypeName(target)}, but its type says {tables.TypeName(statedType)} (FHIR R4 references.html#type).");
        }

        if (CheckTarget(literal, at, element, target)) CheckResolved(at, literal, element, 0, target);
    }

    /// <summary>What the reference leads to, as far as that is known here, is of the type stated and of one allowed.</summary>
    private void CheckResolved(int at, int literal, in ElementRow element, int statedType, int named)
    {
        int found = targets.TypeOf(at, literal, named);
        if (found == 0 || found == named) return;
        if (named != 0 || (statedType != 0 && statedType != found))
        {
            issues.Error(literal, "value", $"The reference says {tables.TypeName(named != 0 ? named : statedType)}, but leads to a {tables.TypeName(found)} (FHIR R4 references.html#type).");
            return;
        }

        CheckTarget(literal, at, element, found);
    }

    private bool CheckTarget(int where, int at, in ElementRow element, int target)
    {
        for (int i = element.TypeStart; i < element.TypeStart + element.TypeCount; i++)
        {
            ref readonly ElementTypeRow allowed = ref tables.ElementTypes[i];
            if (allowed.Type != document.Nodes[at].Type) continue;
            // No target, or Resource, means any.
            if (allowed.TargetCount == 0) return true;
            ReadOnlySpan<int> permitted = tables.Targets.AsSpan(allowed.TargetStart, allowed.TargetCount);
            foreach (int one in permitted)
            {
                if (one == target || one == tables.Resource) return true;
            }

            string names = string.Join(", ", permitted.ToArray().Select(tables.TypeName));
            issues.Error(where, "value", $"{tables.Text(element.Path)} refers to {names}; found {tables.TypeName(target)}.");
            return false;
        }

        return true;
    }
}
