namespace Consortium.Adapters.Table.Sources;

/// <summary>The lines at the top of a text, where its header is looked for.</summary>
internal static class TableLines
{
    /// <summary>How far down a header may stand: a title, the hospital's name, the date of printing stand above it.</summary>
    public const int HeaderWithin = 20;

    private const int MostCharacters = 64 * 1024;

    /// <summary>The text as far as a header may stand.</summary>
    public static string First(string text)
    {
        int at = -1;
        for (int i = 0; i < HeaderWithin; i++)
        {
            int next = text.IndexOf('\n', at + 1);
            if (next < 0) return text.Length > MostCharacters ? text[..MostCharacters] : text;
            at = next;
        }

        return text[..at];
    }
}
