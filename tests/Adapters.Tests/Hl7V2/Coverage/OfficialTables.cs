using System.Text;
using System.Text.RegularExpressions;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Hl7V2.Coverage;

/// <summary>A row of one of HL7's segment tables that has a FHIR target.</summary>
/// <param name="Map">The map, such as <c>PID[Patient]</c>.</param>
/// <param name="Place">The v2 field; empty for a constant of the map.</param>
/// <param name="Path">The FHIR element as HL7 writes it.</param>
/// <param name="Condition">HL7's computable condition; empty for none.</param>
internal sealed record OfficialRow(string Map, string Place, string Path, string Condition);

/// <summary>A row of one of HL7's message tables that has a FHIR target.</summary>
/// <param name="Message">The message structure.</param>
/// <param name="Segment">The segment with its groups.</param>
/// <param name="Target">The resource as HL7 writes it.</param>
/// <param name="Map">The segment map; empty where the row only sets an element.</param>
internal sealed record OfficialMessageRow(string Message, string Segment, string Target, string Map);

/// <summary>HL7's own v2-to-FHIR tables, as they stand in the corpora.</summary>
internal static partial class OfficialTables
{
    /// <summary>Every row of the segment tables that names a FHIR element.</summary>
    public static List<OfficialRow> SegmentRows() =>
        [.. from file in Files("segments")
            from row in Csv(File.ReadAllText(file)).Skip(2)
            where Cell(row, 9).Length > 0
            select new OfficialRow(NameOf(file), Cell(row, 1), Cell(row, 9), Cell(row, 6))];

    /// <summary>Every row of the message tables that names a FHIR resource.</summary>
    public static List<OfficialMessageRow> MessageRows() =>
        [.. from file in Files("messages")
            from row in Csv(File.ReadAllText(file)).Skip(2)
            where Cell(row, 9).Length > 0
            select new OfficialMessageRow(NameOf(file), Cell(row, 1), Cell(row, 9), Cell(row, 10))];

    /// <summary>Every segment that HL7's message tables name, whether they have a map for it or not.</summary>
    public static IEnumerable<string> Segments() =>
        (from file in Files("messages")
            from row in Csv(File.ReadAllText(file)).Skip(2)
            let name = Cell(row, 1).Split('.', ':')[^1]
            where SegmentName().IsMatch(name)
            select name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Files(string folder) =>
        Directory.GetFiles(Corpora.Path($"hl7v2/v2-to-fhir-mappings/{folder}"), "*.csv").Order(StringComparer.Ordinal);

    private static string NameOf(string file) => FileName().Match(Path.GetFileName(file)).Groups[1].Value;

    private static string Cell(List<string> row, int index) => index < row.Count ? row[index].Trim() : "";

    // RFC 4180: quoted cells hold commas, line ends and doubled quotes.
    private static IEnumerable<List<string>> Csv(string text)
    {
        var row = new List<string>();
        var cell = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[i++]);
            else if (c == '"') quoted = !quoted;
            else if (quoted) cell.Append(c);
            else if (c == ',') EndCell();
            else if (c == '\n')
            {
                EndCell();
                yield return row;
                row = [];
            }
            else if (c is not ('\r' or '\uFEFF')) cell.Append(c);
        }

        if (cell.Length > 0 || row.Count > 0)
        {
            EndCell();
            yield return row;
        }

        void EndCell()
        {
            row.Add(cell.ToString());
            cell.Clear();
        }
    }

    [GeneratedRegex("^[A-Z][A-Z0-9]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex SegmentName();

    [GeneratedRegex(@"FHIR R4_ (.*) - [^-]*\.csv$", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}
