using Consortium.Fhir.Conformance;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Validation;
using Consortium.Fhir.Validation.Profiles;

namespace Consortium.Fhir.Expressions.Functions;

/// <summary>What FHIRPath asks of the world around the document: profiles, and resources elsewhere (FHIR R4 fhirpath.html#functions).</summary>
internal static class ConformanceFunctions
{
    /// <summary>Profiles whose constraints ask for conformance again, and so on: deeper is a circle.</summary>
    private const int MostNested = 3;

    /// <summary>What one check counts for in the work that an evaluation may do.</summary>
    private const int Work = 100_000;

    [ThreadStatic]
    private static int s_nested;

    public static void ConformsTo(Evaluation e, in Scope scope, PathList input, Expression[] arguments, PathList output)
    {
        if (!Singleton.TryTake(input, out PathValue item) || !Singleton.TryText(arguments[0], e, scope, out string url)) return;
        if (e.Definitions.Profiles.Find(url) is not { } profile) throw new FhirPathException("conformsTo() names a profile that is not among the definitions.");
        if (!item.IsNode || item.TypeRow == 0 || !e.Tables.IsA(item.TypeRow, profile.Type))
        {
            output.Add(PathValue.Of(false));
            return;
        }

        e.Spend(Work);
        if (s_nested >= MostNested) throw new FhirPathException($"conformsTo() leads to itself more than {MostNested} times.");
        s_nested++;
        try
        {
            ValidationContext context = new(item.Document, e.Definitions, new ValidationOptions { ResolveReference = e.ResolveReference });
            Findings findings = new();
            new ProfileRun(context).WalkOf(item.Document).Apply(profile, item.NodeIndex, findings);
            output.Add(PathValue.Of(findings.Errors == 0));
        }
        finally
        {
            s_nested--;
        }
    }

    /// <summary>The resource that a reference or uri names outside of its document, where the caller has a source; else null.</summary>
    public static FhirDocument? Outside(Evaluation e, in PathValue item)
    {
        if (e.ResolveReference is not { } resolve) return null;
        string? reference = item.TryText(out string text) ? text : item.IsNode ? ReferenceOf(item) : null;
        // A fragment is of the document itself.
        if (string.IsNullOrEmpty(reference) || reference[0] == '#') return null;
        e.Spend(Work);
        return resolve(reference);
    }

    private static string? ReferenceOf(in PathValue element)
    {
        ElementChildren children = element.Document.ChildrenOf(element.NodeIndex);
        while (children.MoveNext())
        {
            ref readonly Node child = ref element.Document.Nodes[children.Current];
            if (child.Kind == JsonKind.String && R4Tables.Instance.Utf8(R4Tables.Instance.Elements[child.Element].Name).SequenceEqual("reference"u8)) return element.Document.Text(children.Current);
        }

        return null;
    }
}
