using System.Text;

namespace Consortium.Fhir.Validation;

/// <summary>Short forms for reading definitions through <see cref="FhirNode"/>.</summary>
internal static class FhirNodeValues
{
    /// <summary>The value of an element that may not exist.</summary>
    public static string? ValueOrNull(this FhirNode node) => node.Exists ? node.Value : null;

    /// <summary>The value of a child; null where there is none.</summary>
    public static string? Text(this FhirNode node, string child) => node.Child(child).ValueOrNull();

    /// <summary>An id, code or URL of a definition fit for a message; what is no plausible one might be data and is not shown.</summary>
    public static string Shown(string text)
    {
        bool plausible = text.Length is > 0 and <= 120 && text.All(c => c is > ' ' and < '\x7F');
        return plausible ? $"'{text}'" : "(not shown)";
    }

    /// <summary>A list of codes for a message, cut short.</summary>
    public static string Shown(IReadOnlyCollection<string> texts, int most = 12)
    {
        StringBuilder list = new();
        foreach (string text in texts.Take(most)) list.Append(list.Length > 0 ? ", " : string.Empty).Append(Shown(text));
        if (texts.Count > most) list.Append(System.Globalization.CultureInfo.InvariantCulture, $" … ({texts.Count})");
        return list.ToString();
    }
}
