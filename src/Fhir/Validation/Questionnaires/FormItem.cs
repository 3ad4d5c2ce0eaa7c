namespace Consortium.Fhir.Validation.Questionnaires;

/// <summary>One item of a Questionnaire, with what its answers are checked against.</summary>
internal sealed class FormItem(FhirNode node, FormItem? parent, int index)
{
    public FhirNode Node { get; } = node;

    /// <summary>The item around; null at the top.</summary>
    public FormItem? Parent { get; } = parent;

    /// <summary>Position among its siblings: answers keep that order.</summary>
    public int Index { get; } = index;

    /// <summary>Empty where the Questionnaire fails to give one.</summary>
    public string LinkId { get; } = node.Text("linkId") ?? string.Empty;

    /// <summary>A code of item-type: <c>group</c>, <c>choice</c>, <c>string</c> …</summary>
    public string Type { get; } = node.Text("type") ?? string.Empty;

    public bool Required { get; } = node.Text("required") == "true";

    public bool Repeats { get; } = node.Text("repeats") == "true";

    public List<FormItem> Items { get; } = [];

    public bool IsGroup => Type == "group";

    public bool IsDisplay => Type == "display";

    /// <summary>The value of the item's first extension with that url; does not exist where there is none.</summary>
    public FhirNode Extension(string url) => ExtensionOf(Node, url);

    /// <summary>The values of all extensions with that url.</summary>
    public IEnumerable<FhirNode> Extensions(string url) => ExtensionsOf(Node, url);

    public static FhirNode ExtensionOf(FhirNode node, string url) => ExtensionsOf(node, url).FirstOrDefault();

    public static IEnumerable<FhirNode> ExtensionsOf(FhirNode node, string url)
    {
        foreach (FhirNode extension in node.ChildrenNamed("extension"))
        {
            if (extension.Text("url") == url && extension.Child("value") is { Exists: true } value) yield return value;
        }
    }

    /// <summary>A whole number in an extension; null where there is none.</summary>
    public int? Number(string url) => int.TryParse(Extension(url).ValueOrNull(), System.Globalization.CultureInfo.InvariantCulture, out int number) ? number : null;
}
