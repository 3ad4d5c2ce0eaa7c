using System.Reflection;

namespace Consortium.Adapters.Chinese;

/// <summary>A data file of tab-separated columns; lines that start with # are comments. A wrong line is an error with file and line.</summary>
internal static class DataTable
{
    /// <summary>The rows of a file that is built in.</summary>
    public static IReadOnlyList<DataRow> BuiltIn(string file, int columns)
    {
        using Stream stream = Open(file);
        using var reader = new StreamReader(stream);
        return Read(reader, file, columns);
    }

    /// <summary>A file that is built in.</summary>
    public static Stream Open(string file) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream(file)
        ?? throw new FileNotFoundException($"The data file {file} is not built into the adapters.");

    /// <summary>The rows of a file.</summary>
    /// <exception cref="FormatException">A line has not that many columns, or an empty one; the message has file and line.</exception>
    public static IReadOnlyList<DataRow> Read(TextReader reader, string file, int columns)
    {
        List<DataRow> rows = [];
        int line = 0;
        while (reader.ReadLine() is { } text)
        {
            line++;
            if (string.IsNullOrWhiteSpace(text) || text[0] == '#') continue;
            string[] cells = text.Split('\t');
            if (cells.Length != columns || cells.Any(string.IsNullOrWhiteSpace))
            {
                throw new FormatException($"{file}, line {line}: {columns} columns, none of them empty and a tab between each two, are wanted; `-` says nothing.");
            }

            rows.Add(new DataRow(file, line, cells));
        }

        return rows;
    }
}

/// <summary>A row of a data file.</summary>
internal sealed record DataRow(string File, int Line, string[] Cells)
{
    /// <summary>A cell; null where it is <c>-</c>.</summary>
    public string? this[int column] => Cells[column] == "-" ? null : Cells[column];

    /// <summary>What is wrong with this row.</summary>
    public FormatException Fault(string what) => new($"{File}, line {Line}: {what}");
}
