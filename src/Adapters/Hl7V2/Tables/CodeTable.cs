using System.Collections.Frozen;
using System.Reflection;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Hl7V2.Tables;

/// <summary>One line of a code table.</summary>
/// <param name="Target">The FHIR code.</param>
/// <param name="Display">Its display, null where the table gives none.</param>
/// <param name="System">Its code system, null where the target is a plain FHIR code.</param>
internal sealed record CodeRow(string Target, string? Display, string? System)
{
    /// <summary>A Coding of the target.</summary>
    public DraftObject ToCoding() => Element.Coding(System, Target, Display)!;
}

/// <summary>
/// A code table as it stands in its data file: <c>code, target, display, system</c>, separated by tabs; <c># system:</c> names the usual system.
/// A target of <c>-</c> says that the code is known and that FHIR has nothing for it. Files are checked when loaded.
/// </summary>
internal sealed class CodeTable
{
    /// <summary>Prefix of the embedded data files.</summary>
    private const string ResourcePrefix = "hl7v2/";

    /// <summary>Target of a code that is known but has no counterpart in FHIR.</summary>
    public const string Nothing = "-";

    private readonly FrozenDictionary<string, CodeRow> _rows;
    private readonly FrozenDictionary<string, CodeRow>? _anyCase;

    private CodeTable(Dictionary<string, CodeRow> rows, bool caseMatters)
    {
        _rows = rows.ToFrozenDictionary(StringComparer.Ordinal);
        if (caseMatters) return;
        _anyCase = rows.GroupBy(row => row.Key, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() == 1)
            .ToFrozenDictionary(group => group.Key, group => group.First().Value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Number of codes.</summary>
    public int Count => _rows.Count;

    /// <summary>The line of a code, or null where the table does not have it.</summary>
    public CodeRow? this[string? code] => code is null
        ? null
        : _rows.GetValueOrDefault(code) ?? _anyCase?.GetValueOrDefault(code);

    /// <summary>Whether a table of this name is embedded.</summary>
    public static bool Exists(string name) => Assembly.GetExecutingAssembly().GetManifestResourceInfo($"{ResourcePrefix}{name}.tsv") is not null;

    /// <summary>Loads an embedded table.</summary>
    /// <param name="name">File name without <c>.tsv</c>.</param>
    /// <param name="caseMatters">False lets <c>f</c> stand for <c>F</c> where that is unambiguous.</param>
    public static CodeTable Load(string name, bool caseMatters = false)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{ResourcePrefix}{name}.tsv")
            ?? throw new InvalidOperationException($"The code table {name}.tsv is not embedded.");
        using var reader = new StreamReader(stream);
        return Read(reader, $"{name}.tsv", caseMatters);
    }

    /// <summary>Reads a table.</summary>
    /// <exception cref="FormatException">A line is malformed or a code stands twice; names file and line.</exception>
    internal static CodeTable Read(TextReader reader, string file, bool caseMatters = false)
    {
        var rows = new Dictionary<string, CodeRow>(StringComparer.Ordinal);
        string? system = null;
        int number = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (line.StartsWith("# system:", StringComparison.Ordinal)) system = line["# system:".Length..].Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            string[] columns = line.Split('\t');
            if (columns.Length is < 2 or > 4 || columns[0].Length == 0 || columns[1].Length == 0)
            {
                throw new FormatException($"{file}, line {number}: two to four columns separated by tabs are expected: code, target, display, system.");
            }

            var row = new CodeRow(columns[1], columns.Length > 2 && columns[2].Length > 0 ? columns[2] : null, columns.Length > 3 ? columns[3] : system);
            if (!rows.TryAdd(columns[0], row)) throw new FormatException($"{file}, line {number}: the code '{columns[0]}' stands twice.");
        }

        return new CodeTable(rows, caseMatters);
    }
}
