using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Narrative;

namespace Consortium.Adapters.Table.Language.Values;

/// <summary>Frequency, route and duration of a prescription's table, by the words that notes use too (<c>drug-words.tsv</c>). What is not one word of them stays text.</summary>
internal static class DrugWords
{
    private const string Routes = "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration";
    private const string Timings = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation";

    /// <summary>Frequency to Timing, with the days of a column as its bounds.</summary>
    public static ConvertCell Timing(CellParameters with) => (in scope) =>
    {
        var timing = new DraftObject();
        var repeat = new DraftObject();
        if (scope.Cell(with.Column("days")) is { } days)
        {
            if (Days(days) is { } bounds) repeat.Set("boundsDuration", bounds);
            else scope.Error("value", "the duration is no number of days, weeks or months that has one reading.", with.Column("days"));
        }

        PrescriptionWord? word = Only(scope.Text, "frequency");
        if (word?.Extra is { } written) FrequencyTiming.Set(repeat, written);
        timing.Set("repeat", repeat);
        timing.Set("code", Element.CodeableConcept(scope.Text, word?.Code is { } code ? Element.Coding(Timings, code) : null));
        if (word is null) scope.Warn("code-invalid", "the frequency is no word of the table and stays text.");
        return timing;
    };

    /// <summary>Route to CodeableConcept.</summary>
    public static DraftNode? Route(in CellScope scope)
    {
        PrescriptionWord? word = Only(scope.Text, "route");
        if (word is null) scope.Warn("code-invalid", "the route is no word of the table and stays text.");
        return Element.CodeableConcept(scope.Text, word?.Code is { } code ? Element.Coding(Routes, code, word.Display) : null);
    }

    /// <summary>A number of days, weeks or months; without a word for it, days.</summary>
    public static ConvertCell Duration(CellParameters with) => (in scope) =>
    {
        string? unit = scope.Cell(with.Column("unit"));
        if (Days(unit is null ? scope.Text : scope.Text + unit) is { } duration) return duration;
        return scope.Error("value", "the duration is no number of days, weeks or months that has one reading.");
    };

    private static DraftObject? Days(string text)
    {
        string folded = Folding.Fold(text).Trim();
        int at = 0;
        while (at < folded.Length && (char.IsAsciiDigit(folded[at]) || folded[at] == '.')) at++;
        string? unit = folded[at..].Trim().ToLowerInvariant() switch
        {
            "" or "天" or "日" or "d" or "day" or "days" => "d",
            "周" or "星期" or "wk" or "week" or "weeks" => "wk",
            "月" or "个月" or "mo" or "month" or "months" => "mo",
            _ => null,
        };
        return unit is null || TableNumber.Read(folded[..at], null, out _) is not { } number ? null : Element.Quantity(number.Digits, unit, unit);
    }

    // The whole cell is one word, so that nothing of it is lost.
    private static PrescriptionWord? Only(string text, string category)
    {
        string lower = Folding.Fold(text).Trim().ToLowerInvariant();
        foreach (TermMatch<PrescriptionWord> match in PrescriptionWords.Find(lower))
        {
            if (match.Start == 0 && match.End == lower.Length && match.Value.Category == category) return match.Value;
        }

        return null;
    }
}
