using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Language.Conversions;
using Consortium.Adapters.Table.Language.Model;

namespace Consortium.Adapters.Table.Language.Values;

/// <summary>Cells to the primitive types of FHIR. What does not fit the type, or fits it in two ways, rejects the group.</summary>
internal static class CellPrimitives
{
    private static readonly string[] Yes = ["是", "有", "y", "yes", "true", "1", "√", "阳性"];
    private static readonly string[] No = ["否", "无", "没有", "n", "no", "false", "0", "×"];

    private static readonly Dictionary<string, Func<TableReading, ConvertCell>> Known = new(StringComparer.Ordinal)
    {
        ["string"] = static _ => static (in scope) => Primitives.Text(scope.Text),
        ["markdown"] = static _ => static (in scope) => Primitives.Text(scope.Text),
        ["code"] = static _ => static (in scope) => Primitives.IsCode(scope.Text) ? DraftValue.Of(scope.Text) : scope.Error("value", "a code is expected, without line breaks and without two blanks in a row."),
        ["id"] = static _ => static (in scope) => scope.Text is { Length: <= 64 } text && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') ? DraftValue.Of(text) : scope.Error("value", "1 to 64 letters, digits, hyphens and points are expected."),
        ["uri"] = static _ => static (in scope) => scope.Text.Any(char.IsWhiteSpace) ? scope.Error("value", "a URI has no white space.") : DraftValue.Of(scope.Text),
        ["boolean"] = static _ => static (in scope) => Boolean(scope),
        ["integer"] = static _ => static (in scope) => Whole(scope, int.MinValue),
        ["unsignedInt"] = static _ => static (in scope) => Whole(scope, 0),
        ["positiveInt"] = static _ => static (in scope) => Whole(scope, 1),
        ["decimal"] = static reading => (in scope) => Decimal(scope, reading),
        ["date"] = static reading => (in scope) => Date(scope, reading, static (date, _) => date.ToDate()),
        ["dateTime"] = static reading => (in scope) => Date(scope, reading, static (date, zone) => date.ToDateTime(zone)),
        ["instant"] = static reading => (in scope) => Date(scope, reading, static (date, zone) => date.ToInstant(zone)),
    };

    /// <summary>The names of the conversions.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>The conversion of a name; null where there is none.</summary>
    public static ConvertCell? Find(string name, TableReading reading) => Known.TryGetValue(name, out Func<TableReading, ConvertCell>? make) ? make(reading) : null;

    /// <summary>Orders cells by the dates that they are.</summary>
    public static Func<string, string?> DateKey(TableReading reading) => text => TableDate.Read(text, reading.Dates, out _)?.ToDateTime(TimeZoneInfo.Utc);

    private static DraftValue? Boolean(in CellScope scope)
    {
        string word = TableMapping.Word(scope.Text);
        return Yes.Contains(word) ? DraftValue.Of(true) : No.Contains(word) ? DraftValue.Of(false) : scope.Error("value", "是 or 否, yes or no, 1 or 0 is expected; map other words with a code table.");
    }

    private static DraftValue? Whole(in CellScope scope, int least) =>
        int.TryParse(Folding.Fold(scope.Text), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out int number) && number >= least
            ? DraftValue.Of(number)
            : scope.Error("value", least == int.MinValue ? "a whole number is expected." : $"a whole number from {least} is expected.");

    private static DraftValue? Decimal(in CellScope scope, TableReading reading)
    {
        if (TableNumber.Read(scope.Text, reading.DecimalComma, out string fault) is not { } number) return scope.Error("value", fault);
        return number is { Comparator: null, Unit: null } ? DraftValue.Digits(number.Digits) : scope.Error("value", "a number alone is expected; one with a sign or a unit is a Quantity.");
    }

    private static DraftValue? Date(in CellScope scope, TableReading reading, Func<TableDate, TimeZoneInfo, string?> write)
    {
        if (TableDate.Read(scope.Text, reading.Dates, out string fault) is not { } date) return scope.Error("value", fault);
        TimeZoneInfo zone = scope.Run.Context.TimeZone;
        return write(date, zone) is { } text ? DraftValue.Of(text) : scope.Error("value", $"a date with a time that exists in the zone {zone.Id} is expected.");
    }
}
