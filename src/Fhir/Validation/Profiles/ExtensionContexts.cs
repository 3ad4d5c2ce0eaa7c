using System.Text;
using Consortium.Fhir.Conformance;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Expressions;

namespace Consortium.Fhir.Validation.Profiles;

/// <summary>Whether an extension may stand where it stands (FHIR R4 defining-extensions.html#context).</summary>
internal sealed class ExtensionContexts(FhirDocument document, DateTimeOffset now)
{
    private readonly R4Tables _tables = R4Tables.Instance;
    private Evaluation? _made;

    private Evaluation Evaluation => _made ??= new Evaluation { Now = now };

    /// <summary>Whether one of the contexts is that of the element; an expression that cannot be evaluated does not exclude it.</summary>
    public bool Allow(IReadOnlyList<ExtensionContext> contexts, int element)
    {
        for (int i = 0; i < contexts.Count; i++)
        {
            ExtensionContext context = contexts[i];
            bool allowed = context.Type switch
            {
                "extension" => IsExtension(context.Expression, element),
                "fhirpath" => IsSelected(context.Expression, element),
                _ => IsElement(context, element),
            };
            if (allowed) return true;
        }

        return contexts.Count == 0;
    }

    /// <summary>The first context invariant that does not hold on the element; null where all do.</summary>
    public string? BrokenInvariant(IReadOnlyList<string> invariants, int element)
    {
        foreach (string invariant in invariants)
        {
            try
            {
                Enter(element);
                if (FhirPath.Compile(invariant).Root.Truth(Evaluation, new Scope(Evaluation.Context, 0, null)) == false) return invariant;
            }
            catch (FhirPathException)
            {
                // A faulty invariant says nothing about this resource.
            }
        }

        return null;
    }

    /// <summary>The places of an element as contexts name them, for a message.</summary>
    public string Describe(int element)
    {
        ref readonly Json.Node node = ref document.Nodes[element];
        string type = node.Type == 0 ? "?" : _tables.TypeName(node.Type);
        return node.Element == 0 ? type : $"{_tables.Text(_tables.Elements[node.Element].Path)}, a {type}";
    }

    private bool IsExtension(string url, int element)
    {
        // The extension itself or its value (a primitive within it).
        for (int at = element, up = 0; at >= 0 && up < 2; at = ElementAccess.Parent(document, at), up++)
        {
            if (document.Nodes[at].Type == _tables.Extension && ElementAccess.Text(document, at, ProfileNames.Url) == url) return true;
        }

        return false;
    }

    private bool IsSelected(string expression, int element)
    {
        try
        {
            Enter(element);
            PathList selected = Evaluation.Rent();
            FhirPath.Compile(expression).Root.Evaluate(Evaluation, new Scope(Evaluation.Resource, 0, null), selected);
            bool found = false;
            foreach (ref readonly PathValue item in selected.Items)
            {
                found |= item.IsNode && (item.NodeIndex == element || document.Nodes[item.NodeIndex].Companion == element);
            }

            Evaluation.Return(selected);
            return found;
        }
        catch (FhirPathException)
        {
            return true;
        }
    }

    private void Enter(int element)
    {
        (int resource, int root) = document.EnclosingResources(element);
        Evaluation.Restart();
        Evaluation.Resource = PathValue.Of(document, resource);
        Evaluation.RootResource = PathValue.Of(document, root);
        Evaluation.Context = PathValue.Of(document, element);
    }

    /// <summary>An element by its id: of its resource, of a data type, or of a type that either is derived from.</summary>
    private bool IsElement(ExtensionContext context, int element)
    {
        if (context.IsAny) return true;
        string[] segments = context.Segments;
        if (segments.Length == 1 && segments[0] is "CanonicalResource" or "MetadataResource") return HasUrl(element);
        int type = context.RootType;
        // A context outside R4 (a profile's url, a logical model) cannot be excluded here.
        if (type == 0) return segments[0].Contains(':', StringComparison.Ordinal);
        int at = element;
        for (int i = segments.Length - 1; i >= 1; i--)
        {
            if (IsInline(context.Prefixes[i], at)) return true;
            if (document.Nodes[at].Element == 0 || !IsNamed(segments[i], at)) return false;
            at = ElementAccess.Parent(document, at);
            if (at < 0) return false;
        }

        return document.Nodes[at].Type != 0 && _tables.IsA(document.Nodes[at].Type, type);
    }

    /// <summary>Content references: a nested Questionnaire.item.item is of the type that Questionnaire.item defines.</summary>
    private bool IsInline(string prefix, int at)
    {
        ref readonly TypeRow type = ref _tables.Types[document.Nodes[at].Type];
        return type.Kind == TypeKind.Backbone && _tables.Text(type.Path) == prefix;
    }

    private bool IsNamed(string segment, int at)
    {
        int end = segment.AsSpan().IndexOfAny(':', '[');
        ReadOnlySpan<char> plain = end < 0 ? segment : segment.AsSpan(0, end);
        ref readonly Json.Node node = ref document.Nodes[at];
        ReadOnlySpan<byte> name = _tables.Utf8(_tables.Elements[node.Element].Name);
        if (Same(plain, name)) return true;
        // A choice by one of its types: Observation.valueQuantity.
        return plain.Length > name.Length && Same(plain[..name.Length], name)
            && plain[name.Length..].Equals(_tables.TypeName(node.Type), StringComparison.OrdinalIgnoreCase);
    }

    private static bool Same(ReadOnlySpan<char> text, ReadOnlySpan<byte> utf8)
    {
        if (text.Length != utf8.Length) return false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != utf8[i]) return false;
        }

        return true;
    }

    private bool HasUrl(int element) =>
        document.Nodes[element].Type is var type && _tables.IsResource(type) && _tables.FindProperty(type, "url"u8, TableFormat.Hash("url"u8)).Element != 0;
}
