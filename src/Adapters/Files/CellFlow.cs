namespace Consortium.Adapters.Files;

/// <summary>A flow of text whose rows and cells are known only when they end, as RTF and DOC have them.</summary>
internal sealed class CellFlow
{
    private readonly List<bool> _cellOpen = [];

    /// <summary>The text.</summary>
    public TextFlow Text { get; } = new();

    /// <summary>Opens and closes rows until that many tables stand around what follows, with a cell open in the innermost.</summary>
    public void MoveTo(int depth)
    {
        if (depth > FileLimits.MostDepth) throw FileRefusedException.TooMuch("tables stand in one another too deeply");
        while (_cellOpen.Count > Math.Max(0, depth)) EndRow();
        while (_cellOpen.Count < depth)
        {
            OpenCell();
            Text.OpenRow();
            _cellOpen.Add(false);
        }

        OpenCell();
    }

    /// <summary>The end of a cell.</summary>
    public void EndCell(int depth)
    {
        MoveTo(Math.Max(1, depth));
        Text.CloseCell();
        _cellOpen[^1] = false;
    }

    /// <summary>The end of a row.</summary>
    public void EndRow(int depth)
    {
        while (_cellOpen.Count > Math.Max(1, depth)) EndRow();
        if (_cellOpen.Count > 0) EndRow();
    }

    /// <summary>The end of the flow.</summary>
    public void End() => MoveTo(0);

    private void EndRow()
    {
        if (_cellOpen[^1]) Text.CloseCell();
        Text.CloseRow();
        _cellOpen.RemoveAt(_cellOpen.Count - 1);
    }

    private void OpenCell()
    {
        if (_cellOpen.Count == 0 || _cellOpen[^1]) return;
        Text.OpenCell();
        _cellOpen[^1] = true;
    }
}
