using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;

namespace Consortium.Fhir.Validation;

/// <summary>Definitions that stand inside the validated document itself: a Bundle's entries by type and canonical URL. Built when first asked for.</summary>
internal sealed class EmbeddedDefinitions
{
    private readonly FhirDocument _document;
    private readonly Dictionary<(string Type, string Url), int> _byUrl = [];

    public EmbeddedDefinitions(FhirDocument document)
    {
        _document = document;
        R4Tables tables = R4Tables.Instance;
        int url = tables.FindName("url"u8), contained = tables.FindName("contained"u8);
        for (int i = 1; i < document.Count; i++)
        {
            ref readonly Node node = ref document.Nodes[i];
            if (node.Kind != JsonKind.Object || node.Type == 0 || !tables.IsResource(node.Type) || tables.Elements[node.Element].Name == contained) continue;
            ElementChildren children = document.ChildrenOf(i);
            while (children.MoveNext())
            {
                ref readonly Node child = ref document.Nodes[children.Current];
                if (child.Kind != JsonKind.String || tables.Elements[child.Element].Name != url) continue;
                _byUrl.TryAdd((tables.TypeName(node.Type), document.Text(children.Current)), i);
            }
        }
    }

    /// <summary>The definition with that canonical URL, of that version where one is asked for; does not exist where there is none.</summary>
    public FhirNode Find(string type, string canonical)
    {
        int bar = canonical.IndexOf('|', StringComparison.Ordinal);
        if (!_byUrl.TryGetValue((type, bar < 0 ? canonical : canonical[..bar]), out int at)) return default;
        FhirNode found = new(_document, at);
        return bar < 0 || (found.Child("version") is { Exists: true } version && version.Value == canonical[(bar + 1)..]) ? found : default;
    }
}
