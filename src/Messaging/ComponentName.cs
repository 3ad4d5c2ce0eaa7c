namespace Consortium.Messaging;

/// <summary>Names of components become parts of table names, so they are checked, not quoted.</summary>
internal static class ComponentName
{
    public static string Checked(string component)
    {
        ArgumentException.ThrowIfNullOrEmpty(component);
        return component.Length <= 40 && char.IsAsciiLetterLower(component[0]) && component.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
            ? component
            : throw new ArgumentException($"'{component}' is no component name: lower-case letters, digits and underscore, at most 40.", nameof(component));
    }
}
