using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Table.Language.Model;
using Consortium.Adapters.Table.Language.Values;

namespace Consortium.Adapters.Table.Suggest;

/// <summary>What the values of a column look like.</summary>
internal static partial class ValueShape
{
    private static readonly Dictionary<string, Func<string, bool>> Shapes = new(StringComparer.Ordinal)
    {
        ["id-card"] = static text => ResidentIdentityCard.Parse(text, out _) is not null,
        ["phone"] = static text => Phone().IsMatch(text),
        ["email"] = static text => Email().IsMatch(text),
        ["sex"] = static text => TableMapping.BuiltIn.Sexes.ContainsKey(TableMapping.Word(text)),
        ["date"] = static text => IsDate(text),
        ["frequency"] = static text => IsWord(text, "frequency"),
        ["route"] = static text => IsWord(text, "route"),
        ["icd-10"] = static text => Icd().IsMatch(text),
        ["loinc"] = static text => Loinc().IsMatch(text),
        ["flag"] = static text => text.Length <= 3 && ResultWords.Flag(text) is not null,
        ["range"] = static text => ReferenceRange.Read(text) is { IsNumeric: true },
        ["unit"] = static text => TableNumber.Ucum(text) is not null && !text.All(char.IsDigit),
        ["number"] = static text => TableNumber.Read(text, null, out _) is not null || text.Contains(',', StringComparison.Ordinal) && text.Any(char.IsDigit),
        ["result"] = static text => LaboratoryResult.Read(text).Kind != ResultKind.Text,
    };

    /// <summary>How many of the values have a shape, from 0 to 1; 0 where there are none.</summary>
    public static double Share(string shape, IReadOnlyList<string> values) =>
        values.Count == 0 ? 0 : (double)values.Count(value => Shapes[shape](Folding.Fold(value).Trim())) / values.Count;

    /// <summary>The values that can be read two ways as a date, and those that can only be day first or month first.</summary>
    public static (int Two, int DayFirst, int MonthFirst) DateOrders(IReadOnlyList<string> values)
    {
        int two = 0, day = 0, month = 0;
        foreach (string value in values)
        {
            if (TableDate.Read(value, DateOrder.NotSaid, out string fault) is null)
            {
                if (fault == TableDate.TwoReadings) two++;
                continue;
            }

            bool asDay = TableDate.Read(value, DateOrder.DayFirst, out _) is not null, asMonth = TableDate.Read(value, DateOrder.MonthFirst, out _) is not null;
            if (asDay && !asMonth) day++;
            else if (asMonth && !asDay) month++;
        }

        return (two, day, month);
    }

    private static bool IsDate(string text) => TableDate.Read(text, DateOrder.NotSaid, out string fault) is not null ? !Year().IsMatch(text) : fault == TableDate.TwoReadings;

    private static bool IsWord(string text, string category)
    {
        string lower = text.ToLowerInvariant();
        return PrescriptionWords.Find(lower).Exists(match => match.Start == 0 && match.End == lower.Length && match.Value.Category == category);
    }

    [GeneratedRegex(@"^(?:(?:\+?86[- ]?)?1[3-9][0-9]{9}|0[0-9]{2,3}[- ]?[0-9]{7,8}|\+[0-9][0-9 -]{7,16})$", RegexOptions.CultureInvariant)]
    private static partial Regex Phone();

    [GeneratedRegex(@"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$", RegexOptions.CultureInvariant)]
    private static partial Regex Email();

    [GeneratedRegex(@"^[A-TV-Z][0-9]{2}(?:\.[0-9x]{1,2}(?:[0-9x]{1,4})?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Icd();

    [GeneratedRegex("^[1-9][0-9]{0,5}-[0-9]$", RegexOptions.CultureInvariant)]
    private static partial Regex Loinc();

    [GeneratedRegex("^[12][0-9]{3}$", RegexOptions.CultureInvariant)]
    private static partial Regex Year();
}
