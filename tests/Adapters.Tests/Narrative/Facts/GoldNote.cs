using System.Text;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Narrative.Facts;

/// <summary>A fact that a gold note has: offsets in UTF-16 code units, which are code points in these notes.</summary>
internal sealed record GoldFact(int Start, int End, string Category, string Assertion, int NameStart, int NameEnd);

/// <summary>A gold note: its text without the marks, and what the marks say (<c>Gold/*/README.md</c>).</summary>
internal sealed record GoldNote(string File, string Text, IReadOnlyList<GoldFact> Facts)
{
    /// <summary>Odd numbers are looked at while rules are written, even ones are only scored.</summary>
    public bool IsHeldOut => int.Parse(File.AsSpan(0, 3), System.Globalization.CultureInfo.InvariantCulture) % 2 == 0;

    /// <summary>The notes of a language, <c>zh</c> or <c>en</c>.</summary>
    public static IReadOnlyList<GoldNote> All(string language) =>
        [.. Directory.EnumerateFiles(Repository.Path("tests/Adapters.Tests/Narrative/Gold/" + language), "*.note").Order(StringComparer.Ordinal)
            .Select(file => Read(Path.GetFileName(file), System.IO.File.ReadAllText(file)))];

    /// <summary>Reads a note.</summary>
    public static GoldNote Read(string file, string marked)
    {
        marked = marked.ReplaceLineEndings("\n");
        int body = marked.IndexOf("\n\n", StringComparison.Ordinal) + 2;
        Assert.True(body > 1, $"{file}: an empty line must stand between the keys and the note.");
        var text = new StringBuilder();
        List<GoldFact> facts = [];
        int start = 0, nameStart = -1, nameEnd = -1;
        string[]? mark = null;
        for (int i = body; i < marked.Length; i++)
        {
            switch (marked[i])
            {
                case '⟦':
                    Assert.True(mark is null, $"{file}: a mark stands in a mark.");
                    int bar = marked.IndexOf('|', i);
                    mark = marked[(i + 1)..bar].Split(':');
                    (i, start, nameStart, nameEnd) = (bar, text.Length, -1, -1);
                    break;
                case '⟧':
                    facts.Add(new GoldFact(start, text.Length, mark![0], mark[1], nameStart, nameEnd));
                    mark = null;
                    break;
                case '⟨':
                    nameStart = text.Length;
                    break;
                case '⟩':
                    nameEnd = text.Length;
                    break;
                default:
                    text.Append(marked[i]);
                    break;
            }
        }

        Assert.True(mark is null, $"{file}: a mark is not closed.");
        return new GoldNote(file, text.ToString(), facts);
    }
}
