using System.Globalization;
using System.Xml.Linq;

namespace Consortium.Adapters.Files.Docx;

/// <summary>WordprocessingML elements by their local names: transitional and strict documents differ in the namespace only (ECMA-376 parts 1 and 4).</summary>
internal static class WordElements
{
    private const string Transitional = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    private const string Strict = "http://purl.oclc.org/ooxml/wordprocessingml/main";

    /// <summary>True for an element of WordprocessingML.</summary>
    public static bool IsWord(this XElement element) => element.Name.NamespaceName is Transitional or Strict;

    /// <summary>The first child of WordprocessingML with this name.</summary>
    public static XElement? Word(this XElement? element, string name) => element?.Elements().FirstOrDefault(child => child.Name.LocalName == name && child.IsWord());

    /// <summary>The children of WordprocessingML with this name.</summary>
    public static IEnumerable<XElement> Words(this XElement? element, string name) => element?.Elements().Where(child => child.Name.LocalName == name && child.IsWord()) ?? [];

    /// <summary>An attribute by its local name.</summary>
    public static string? AttributeValue(this XElement? element, string name) => element?.Attributes().FirstOrDefault(attribute => attribute.Name.LocalName == name)?.Value;

    /// <summary>The attribute <c>w:val</c>.</summary>
    public static string? Val(this XElement? element) => element.AttributeValue("val");

    /// <summary><c>w:val</c> as a number; null where it is none.</summary>
    public static int? Number(this XElement? element) => int.TryParse(element.Val(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>A property that is on or off (ECMA-376 17.17.4 ST_OnOff); null where the element is not there.</summary>
    public static bool? OnOff(this XElement? properties, string name) =>
        properties.Word(name) is not { } element ? null : element.Val() is not ("0" or "false" or "off");
}
