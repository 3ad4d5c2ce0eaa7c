using System.Text;
using Consortium.Fhir;

namespace Consortium.Adapters.Files;

/// <summary>
/// Text in reading order, built while a document is walked: paragraphs are lines, cells of a row stand on one line with tabs between them.
/// Raised and lowered digits keep their meaning: <c>10</c> and a raised <c>9</c> are 10⁹, never 109.
/// </summary>
internal sealed class TextFlow
{
    /// <summary>A table of results: so many cells that hold so little text that their lines are one entry broken in two.</summary>
    private const int EntryCells = 3;
    private const int EntryCharacters = 80;

    private readonly Stack<Block> _cells = new();
    private readonly Stack<List<List<string>>> _rows = new();
    private readonly List<OutcomeIssue> _notices = [];
    private Block _block = new();
    private int _characters;

    /// <summary>Number of cells that are open, one in another.</summary>
    public int Depth => _rows.Count;

    /// <summary>Number of the paragraph that is being read, from 1, for the places of notices.</summary>
    public int Paragraph { get; private set; } = 1;

    /// <summary>What was noticed.</summary>
    public IReadOnlyList<OutcomeIssue> Notices => _notices;

    /// <summary>True where the current line has characters.</summary>
    public bool HasLine => _block.Line.Length > 0;

    /// <summary>Characters of the current line.</summary>
    public void Append(string text)
    {
        _characters += text.Length;
        if (_characters > FileLimits.MostCharacters) throw FileRefusedException.TooMuch($"the document has more than {FileLimits.MostCharacters} characters of text");
        _block.Line.Append(text);
    }

    /// <summary>Characters as a run shows them: raised or lowered digits become the Unicode characters that look like that.</summary>
    public void Append(string text, Baseline baseline)
    {
        if (baseline == Baseline.Normal) Append(text);
        else Append(baseline.Apply(text, _block.Line.Length > 0 ? _block.Line[^1] : '\0'));
    }

    /// <summary>A new line in the same paragraph.</summary>
    public void Break() => _block.EndLine();

    /// <summary>The end of a paragraph.</summary>
    public void EndParagraph()
    {
        _block.EndLine();
        Paragraph++;
    }

    /// <summary>Begins a row; its cells follow.</summary>
    public void OpenRow()
    {
        if (_rows.Count >= FileLimits.MostDepth) throw FileRefusedException.TooMuch("tables stand in one another too deeply");
        _rows.Push([]);
    }

    /// <summary>Begins a cell of the row.</summary>
    public void OpenCell()
    {
        _cells.Push(_block);
        _block = new Block();
    }

    /// <summary>Ends the cell.</summary>
    public void CloseCell()
    {
        if (HasLine) EndParagraph();
        _rows.Peek().Add(_block.Lines);
        _block = _cells.Pop();
    }

    /// <summary>Ends the row.</summary>
    public void CloseRow()
    {
        List<List<string>> row = _rows.Pop();
        foreach (string line in Lines(row)) _block.Lines.Add(line);
    }

    /// <summary>Something that a person should know of, at the current paragraph; the same thing only once.</summary>
    public void Notice(IssueSeverity severity, string code, string what)
    {
        if (_notices.Exists(notice => notice.Diagnostics?.EndsWith(what, StringComparison.Ordinal) == true)) return;
        _notices.Add(new OutcomeIssue(severity, code, $"Paragraph {Paragraph}: {what}", $"paragraph {Paragraph}"));
    }

    /// <summary>The text. Lines have no white space at their end, and no two empty lines follow each other.</summary>
    public override string ToString()
    {
        if (HasLine) EndParagraph();
        return Tidy(_block.Lines);
    }

    /// <summary>Lines as one text.</summary>
    internal static string Tidy(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        bool blank = true;
        foreach (string line in lines)
        {
            ReadOnlySpan<char> kept = line.AsSpan().TrimEnd();
            if (kept.IsEmpty && blank) continue;
            blank = kept.IsEmpty;
            text.Append(kept).Append('\n');
        }

        while (text.Length > 1 && text[^1] == '\n' && text[^2] == '\n') text.Length--;
        return text.ToString();
    }

    /// <summary>A row as lines. Cells of one line go beside each other; a cell of several lines begins beside its label and then goes on by itself.</summary>
    private static List<string> Lines(List<List<string>> row)
    {
        foreach (List<string> cell in row) cell.RemoveAll(string.IsNullOrWhiteSpace);
        if (row.Count(cell => cell.Count > 0) >= EntryCells)
        {
            foreach (List<string> cell in row)
            {
                if (cell.Count < 2 || cell.Sum(line => line.Length) > EntryCharacters) continue;
                string entry = string.Join(' ', cell);
                cell.Clear();
                cell.Add(entry);
            }
        }

        var lines = new List<string>();
        string? open = null;
        foreach (List<string> cell in row)
        {
            string first = cell.Count > 0 ? cell[0] : "";
            open = open is null ? first : $"{open}\t{first}";
            if (cell.Count < 2) continue;
            lines.Add(open);
            lines.AddRange(cell.Skip(1));
            open = null;
        }

        if (!string.IsNullOrWhiteSpace(open)) lines.Add(open);
        return lines;
    }

    private sealed class Block
    {
        public List<string> Lines { get; } = [];

        public StringBuilder Line { get; } = new();

        public void EndLine()
        {
            Lines.Add(Line.ToString());
            Line.Clear();
        }
    }
}
