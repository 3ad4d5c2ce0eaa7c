using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Terminology;

namespace Consortium.Fhir.Expressions.Functions;

/// <summary>
/// <c>memberOf(valueset)</c> of a code, string, uri, Coding, Quantity or CodeableConcept (FHIR R4 fhirpath.html#functions). Empty
/// where the value set is not known, or its codes that would decide are not.
/// </summary>
internal static class MemberOfFunction
{
    private static readonly int s_system = R4Tables.Instance.FindName("system"u8);
    private static readonly int s_code = R4Tables.Instance.FindName("code"u8);
    private static readonly int s_coding = R4Tables.Instance.FindName("coding"u8);
    private static readonly int s_codingType = R4Tables.Instance.FindType("Coding"u8);
    private static readonly int s_quantityType = R4Tables.Instance.FindType("Quantity"u8);
    private static readonly int s_codeableConcept = R4Tables.Instance.FindType("CodeableConcept"u8);

    public static void Evaluate(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Singleton.TryTake(input, out PathValue item) || !Singleton.TryText(arguments[0], e, scope, out string url)) return;
        if (e.Definitions.Terminology.Bound(url) is not { } valueSet) return;
        Membership membership;
        if (item.TryText(out string code))
        {
            membership = valueSet.Contains(Encoding.UTF8.GetBytes(code));
        }
        else if (item.IsNode && (item.TypeRow == s_codingType || e.Tables.IsA(item.TypeRow, s_quantityType)))
        {
            membership = OfCoding(e, valueSet, item.Document, item.NodeIndex);
        }
        else if (item.IsNode && item.TypeRow == s_codeableConcept)
        {
            membership = OfConcept(e, valueSet, item.Document, item.NodeIndex);
        }
        else
        {
            throw new FhirPathException("memberOf() takes a code, a Coding or a CodeableConcept.");
        }

        if (membership != Membership.Undecided) output.Add(PathValue.Of(membership == Membership.In));
    }

    /// <summary>A concept is a member where one of its codings is.</summary>
    private static Membership OfConcept(Evaluation e, BoundValueSet valueSet, FhirDocument document, int concept)
    {
        Membership result = Membership.Out;
        ElementChildren children = document.ChildrenOf(concept);
        while (children.MoveNext())
        {
            if (e.Tables.ElementNames[document.Nodes[children.Current].Element] != s_coding) continue;
            Membership one = OfCoding(e, valueSet, document, children.Current);
            if (one == Membership.In) return one;
            if (one == Membership.Undecided) result = one;
        }

        return result;
    }

    private static Membership OfCoding(Evaluation e, BoundValueSet valueSet, FhirDocument document, int coding)
    {
        int system = 0, code = 0;
        ElementChildren children = document.ChildrenOf(coding);
        while (children.MoveNext())
        {
            if (document.Nodes[children.Current].Kind != JsonKind.String) continue;
            int name = e.Tables.ElementNames[document.Nodes[children.Current].Element];
            if (name == s_system) system = children.Current;
            else if (name == s_code) code = children.Current;
        }

        return code == 0 ? Membership.Out : valueSet.Contains(system == 0 ? default : document.Value(system), document.Value(code));
    }
}
