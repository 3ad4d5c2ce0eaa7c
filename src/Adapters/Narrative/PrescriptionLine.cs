using System.Globalization;
using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Narrative.Facts;
using Consortium.Adapters.Narrative.Lexicon;

namespace Consortium.Adapters.Narrative;

/// <summary>
/// Reads one line of a prescription: product, strength and pack, dose, route, frequency, duration. The words as written are always kept;
/// a structured dose, route or frequency is given only where there is one reading. A dose without a unit is refused.
/// </summary>
internal sealed partial class PrescriptionLine
{
    private readonly NoteText _note;
    private readonly TextSpan _item;
    private readonly NoteIssues _issues;
    private readonly string _lower;
    private readonly bool[] _used;
    private readonly List<TermMatch<PrescriptionWord>> _words;
    private readonly List<Amount> _doses = [];
    private int _productEnd;

    private readonly bool _inText;
    private readonly bool _english;

    // An amount that stays text: a fraction of a tablet, digits in groups, a rate.
    private bool _unread;
    private readonly TextSpan _drug;
    private readonly LexiconEntry? _entry;
    private DoseLimit? _limit;
    private bool _isRefused;

    /// <param name="note">The note.</param>
    /// <param name="item">The line, or the clause behind a drug.</param>
    /// <param name="issues">Takes what is refused.</param>
    /// <param name="drug">The drug as it was found in it; null where it was not. What stands in a name (口服补液盐, 静注人免疫球蛋白) is no route and no dose.</param>
    /// <param name="inText">True in running text: there a number without a unit may belong to something else, and what is doubtful stays text.</param>
    public PrescriptionLine(NoteText note, TextSpan item, NoteIssues issues, FactDraft? drug, bool inText = false)
    {
        _inText = inText;
        _note = note;
        _item = item;
        _issues = issues;
        _lower = note.Folded[item.Start..item.End].ToLowerInvariant();
        _used = new bool[_lower.Length];
        _words = PrescriptionWords.Find(_lower);
        _english = !Scripts.HasHan(_lower);
        // "1 drop OD" is the right eye in one country and once a day in another.
        if (_english && (_lower.Contains("drop", StringComparison.Ordinal) || _lower.Contains("gtt", StringComparison.Ordinal) || _lower.Contains("ophth", StringComparison.Ordinal))) _words.RemoveAll(word => word.Value.Category == "frequency" && word.End - word.Start == 2 && _lower.AsSpan(word.Start, 2) is "od");
        if (drug is not { Span: var name } found) return;
        _entry = found.Entry;
        _drug = new TextSpan(name.Start - item.Start, name.End - item.Start);
        _words.RemoveAll(word => word.Start < _drug.End && word.End > _drug.Start && word.Value.Category != "form");
    }

    private sealed record Amount(int Start, int End, TextSpan Number, TextSpan? High, string Digits, string? HighDigits, string Unit, string? Ucum, bool Explicit);

    /// <summary>The drug; null where the line is none, or is refused.</summary>
    public DrugFact? Read()
    {
        ReadLimits();
        TermMatch<PrescriptionWord>[] frequencies = Words("frequency"), routes = Words("route");
        bool looksLikeDrug = frequencies.Length > 0 || routes.Length > 0 || _words.Exists(word => word.Value.Category == "form");
        if (_words.Find(word => word.Value.Category == "stop" && !IsEndOfCourse(word)) is { Length: > 0 } stop)
        {
            // 停用阿司匹林: not a drug that the patient takes home.
            _issues.Information(_item.Start + stop.Start, "informational", "a line of the medication list that stops or forbids a drug stays text.");
            return null;
        }

        if (_words.Find(word => word.Value.Category == FrequencyExpressions.Unreadable) is { Length: > 0 } unreadable)
        {
            Doubt(_item.Start + unreadable.Start, "value", "a frequency with two numbers that is no range from the smaller to the greater: it has two readings.");
            return null;
        }

        foreach (TermMatch<PrescriptionWord> word in _words)
        {
            if (word.Value.Category is "frequency" or "route" or "as-needed") Use(word.Start, word.End);
        }

        if (_english) ReadNumbersThatAreNoDose();
        ReadStrengths();
        DrugDuration? duration = ReadDuration();
        ReadAmounts();
        if (_isRefused) return null;
        int nameStart = AfterLeadingRoute(routes);
        // "Continue lisinopril 10 mg": the name begins where the lexicon has it.
        if (_english && _drug.Length > 0 && _drug.Start > nameStart && !_lower.AsSpan(0, _drug.Start).ContainsAnyInRange('0', '9')) nameStart = _drug.Start;
        int nameEnd = Array.IndexOf(_used, true, nameStart);
        if (nameEnd < 0) nameEnd = _lower.Length;
        TextSpan name = _note.Trim(new TextSpan(_item.Start + nameStart, _item.Start + nameEnd));
        name = ThroughDrug(name);
        while (name.Length > 0 && _note.Folded[name.End - 1] is ',' or ':' or '(' or '、' or '/') name = _note.Trim(name with { End = name.End - 1 });

        bool hasAmount = _doses.Count > 0 || _productEnd > 0 || _unread;
        int naked = NakedNumber(name, out int nakedEnd);
        if (naked >= 0 && !(_doses.Count > 0) && (looksLikeDrug || hasAmount))
        {
            if (_inText && frequencies.Length == 0) _issues.Warning(_item.Start + naked, "value", "a number without a unit behind a drug stays text.");
            else _issues.Error(_item.Start + naked, "value", "a dose without a unit: whether milligrams, grams or tablets cannot be told. Write the unit.");
            return null;
        }

        if (naked >= 0 && _doses.Count > 0)
        {
            // "325 mg 1-2 q4-6h": how many of them; the weight alone is not the dose.
            _unread |= _doses.Exists(dose => (naked >= dose.End && IsBlank(dose.End, naked)) || (nakedEnd <= dose.Start && IsBlank(nakedEnd, dose.Start)));
            _issues.Warning(_item.Start + naked, "value", "a number without a unit in a line of medication stays text.");
        }

        // A name alone is a line of an English list where the lexicon knows it; any other line may be advice.
        bool named = _english && !_inText && _drug.Length > 0 && name.Start == _item.Start + _drug.Start;
        if (!looksLikeDrug && !hasAmount && !named)
        {
            _issues.Information(_item.Start, "informational", "a line of the medication list that names no dosage form, dose, route or frequency stays text.");
            return null;
        }

        // "Weigh yourself daily": without a known drug, how often alone makes none.
        if (_english && _drug.Length == 0 && ((_doses.Count == 0 && routes.Length == 0 && _productEnd == 0) || StartsWithForm(name)))
        {
            _issues.Information(_item.Start, "informational", "a line of the medication list that names no known drug and no dose stays text.");
            return null;
        }

        if (name.Length == 0 || !HasLetter(name))
        {
            if (!_inText) _issues.Error(_item.Start, "required", "a dose, route or frequency without a drug.");
            return null;
        }

        return Fact(name, frequencies, routes, duration);
    }

    // What has two readings refuses a line of a list; in running text it stays text.
    private void Doubt(int at, string code, string words)
    {
        if (_inText) _issues.Warning(at, code, words + " It stays text.");
        else _issues.Error(at, code, words + " Write which one holds.");
        _isRefused = true;
    }

    private DrugFact? Fact(TextSpan name, TermMatch<PrescriptionWord>[] frequencies, TermMatch<PrescriptionWord>[] routes, DrugDuration? duration)
    {
        PrescriptionWord? frequency = null;
        foreach (TermMatch<PrescriptionWord> match in frequencies)
        {
            if (frequency is null || Agrees(frequency, match.Value)) frequency = Finer(frequency, match.Value);
            else if (_english && !_inText && (HasSeveralDoses() || (IsTimeOfDay(frequency) && IsTimeOfDay(match.Value))))
            {
                // 20 units in the morning, 10 units at night; 40 mg daily, then 20 mg twice a week: several takings, each is right.
                _issues.Warning(_item.Start + match.Start, "multiple-matches", "several doses at several times: the text is kept as written.");
                _unread = true;
            }
            else
            {
                if (_inText) _issues.Warning(_item.Start + match.Start, "multiple-matches", "two frequencies behind one drug: both stay in the text.");
                else _issues.Error(_item.Start + match.Start, "conflict", $"this frequency and the one at {_note.Place(_item.Start + frequencies[0].Start)} disagree: which one holds cannot be told.");
                return null;
            }
        }

        bool several = _english && HasSeveralDoses();
        if (_unread || (several && frequencies.Length < _doses.Count)) frequency = frequencies.Length == 1 && !several ? frequency : null;
        if (several) duration = null;
        PrescriptionWord? route = routes.Select(match => match.Value.Code).Distinct().Count() == 1 ? routes[0].Value : null;
        if (routes.Length > 1 && route is null) _issues.Warning(_item.Start + routes[1].Start, "multiple-matches", "two routes in one line: both stay in the text, none is coded.");
        Amount? dose = _unread ? null : TheDose(frequencies.Length > 0 || routes.Length > 0);
        if (dose is null && _doses.Count > 1) _issues.Warning(_item.Start + _doses[1].Start, "multiple-matches", "several amounts in one line: which one is the dose cannot be told; the text is kept as written.");

        int product = _productEnd > 0 ? _item.Start + _productEnd : name.End;
        if (product < name.End) product = name.End;
        bool complete = dose is not null && frequency is not null;
        return new DrugFact(_item, Assertion.Present, complete ? "0.95" : "0.8", name, new TextSpan(name.Start, product))
        {
            Instruction = _note.Trim(new TextSpan(product, _item.End)),
            Dose = dose is null ? null : new NoteNumber(dose.Number, dose.Digits),
            DoseHigh = dose?.High is { } high ? new NoteNumber(high, dose.HighDigits!) : null,
            DoseUnit = dose?.Unit,
            DoseUcum = dose?.Ucum,
            Route = route,
            Frequency = frequency,
            AsNeeded = _words.Exists(word => word.Value.Category == "as-needed"),
            Duration = duration?.Number,
            DurationHigh = duration?.High,
            DurationUnit = duration?.Unit,
            Limit = _limit,
        };
    }

    private bool HasSeveralDoses() => _doses.Where(dose => !dose.Explicit).Select(dose => (dose.Digits, dose.HighDigits)).Distinct().Count() > 1 && _doses.Select(dose => dose.Unit.ToLowerInvariant()).Distinct().Count() < _doses.Count;

    private bool StartsWithForm(TextSpan name) => PrescriptionWords.DoseUnitAt(_lower, name.Start - _item.Start) is not null || _words.Exists(word => word.Start == name.Start - _item.Start && word.Value.Category == "form");

    private static bool IsTimeOfDay(PrescriptionWord frequency) => frequency.Extra!.Split('/').Length > 3;

    // "then stop" ends a course, "hold for SBP < 100" is a condition: the drug is taken.
    private bool IsEndOfCourse(TermMatch<PrescriptionWord> stop)
    {
        // bid（心率<55次/分停药）, 21天后停用: when it will be stopped; until then it is taken.
        if (!_english) return UntilThen().IsMatch(_lower.AsSpan(0, stop.Start));
        ReadOnlySpan<char> before = _lower.AsSpan(0, stop.Start).TrimEnd(" ,"), behind = _lower.AsSpan(stop.End).TrimStart();
        return before.EndsWith("then") || ((_lower.AsSpan(stop.Start, stop.End - stop.Start) is "hold") && (behind.StartsWith("for ") || behind.StartsWith("if ") || behind.StartsWith("param")));
    }

    // Days, hours, supplies and limits; 5/325 before "1-2 tabs" and 875/125 mg are what one piece holds, 1/2 tab a dose that stays as it is written.
    private void ReadNumbersThatAreNoDose()
    {
        foreach (Match match in PrescriptionNumbers.NoDose(_lower))
        {
            if (match.Index >= _drug.End) Use(match.Index, match.Index + match.Length);
        }

        foreach (Match match in PrescriptionNumbers.WithStroke(_lower))
        {
            int end = match.Index + match.Length;
            if (match.Index < _drug.End || Overlaps(match.Index, end)) continue;
            bool strength = match.Groups["u"].Success || (!match.Groups["c"].Success && _lower.AsSpan(_drug.End, match.Index - _drug.End).Trim(" -").IsEmpty && PiecesFollow().IsMatch(_lower.AsSpan(end)));
            if (!strength && !match.Groups["c"].Success) continue;
            Use(match.Index, end);
            if (strength) _productEnd = Math.Max(_productEnd, end);
            else _unread = true;
        }
    }

    // "Insulin lispro per sliding scale", "prednisone taper": what is not the name of a preparation belongs to the instruction.
    private TextSpan ThroughDrug(TextSpan name)
    {
        if (!_english || _drug.Length == 0 || name.Start != _item.Start + _drug.Start || name.End <= _item.Start + _drug.End) return name;
        Match rest = NotOfTheName().Match(_lower, _drug.End, name.End - _item.Start - _drug.End);
        return rest.Success ? _note.Trim(name with { End = _item.Start + rest.Index }) : name;
    }

    // oral vancomycin 125 mg: the route may stand before the drug.
    private int AfterLeadingRoute(TermMatch<PrescriptionWord>[] routes)
    {
        if (routes.Length == 0 || routes[0].Start != 0) return 0;
        int at = routes[0].End;
        while (at < _lower.Length && _lower[at] == ' ') at++;
        return at < _lower.Length && !_used[at] && char.IsLetter(_lower[at]) ? at : 0;
    }

    private Amount? TheDose(bool hasRouteOrFrequency)
    {
        Amount[] said = [.. _doses.Where(amount => amount.Explicit)];
        Amount[] candidates = said.Length > 0 ? said : hasRouteOrFrequency ? [.. _doses] : [];
        return candidates.Select(amount => (amount.Digits, amount.HighDigits, amount.Unit)).Distinct().Count() == 1 ? candidates[0] : null;
    }

    // 2.1mmol/L is what a laboratory found, no amount that anybody takes; what a strength is per (5mg/ml) was read before.
    private bool IsConcentration(int at) => at + 1 < _lower.Length && _lower[at] == '/' && (_lower[at + 1] == 'l' || _lower.AsSpan(at + 1).StartsWith("dl"));

    // A number that belongs to nothing. Digits inside a name are part of it: 维生素B12, 辅酶Q10, 门冬胰岛素30注射液.
    private int NakedNumber(TextSpan name, out int numberEnd)
    {
        foreach (Match match in Number().Matches(_lower))
        {
            int start = match.Index, end = match.Index + match.Length;
            numberEnd = end;
            if (Overlaps(start, end)) continue;
            if (start < _drug.End && end > _drug.Start) continue;
            // 11/10: a day, not a dose.
            if (_inText && DayOfMonth().IsMatch(_lower.AsSpan(start, Math.Min(6, _lower.Length - start)))) continue;
            if (_english && RepeatsWord(start)) continue;
            bool letterBefore = BelongsToWord(start);
            bool inName = _item.Start + end < name.End && start > 0 && !char.IsWhiteSpace(_lower[start - 1]) && end < _lower.Length && _lower[end] is not (' ' or ',' or '(' or ')');
            if (!letterBefore && !inName && !IsPercent(end)) return start;
        }

        numberEnd = -1;
        return -1;
    }

    // B12, Q10: digits behind a Latin letter that is no route or frequency.
    private bool BelongsToWord(int start) => start > 0 && char.IsAsciiLetter(_lower[start - 1]) && !_used[start - 1];

    private bool IsPercent(int end) => end < _lower.Length && _lower[end] == '%';

    private TermMatch<PrescriptionWord>[] Words(string category) => [.. _words.Where(word => word.Value.Category == category)];

    // qd and 每晚 say the same number of times; 每晚 says more.
    private static bool Agrees(PrescriptionWord a, PrescriptionWord b)
    {
        string[] x = a.Extra!.Split('/'), y = b.Extra!.Split('/');
        return x.AsSpan(0, 3).SequenceEqual(y.AsSpan(0, 3)) && (x.Length < 4 || y.Length < 4 || x[3] == y[3]);
    }

    private static PrescriptionWord Finer(PrescriptionWord? a, PrescriptionWord b) =>
        a is null || b.Extra!.Split('/').Length > a.Extra!.Split('/').Length ? b : a;

    private bool HasLetter(TextSpan span) => _note.Folded.AsSpan(span.Start, span.Length).ToArray().Any(char.IsLetter);

    private bool IsBlank(int start, int end)
    {
        ReadOnlySpan<char> between = _lower.AsSpan(start, end - start).Trim(" :,=");
        return between.IsEmpty || (_english && between[^1] == '(' && PrescriptionNumbers.Said(between[..^1].Trim()) > 0);
    }

    // "One (2) tablet": the word and the digits disagree.
    private bool Contradicted(Group number) => RepeatsWord(number.Index) && number.Value != SaidBefore(number.Index).ToString(CultureInfo.InvariantCulture);

    private bool RepeatsWord(int number) => SaidBefore(number) > 0;

    private int SaidBefore(int number)
    {
        if (number == 0 || _lower[number - 1] != '(') return 0;
        ReadOnlySpan<char> before = _lower.AsSpan(0, number - 1).TrimEnd();
        return PrescriptionNumbers.Said(before[(before.LastIndexOf(' ') + 1)..]);
    }

    private TextSpan Place(int start, int length) => new(_item.Start + start, _item.Start + start + length);

    private bool Overlaps(int start, int end) => Array.IndexOf(_used, true, start, end - start) >= 0;

    private void Use(int start, int end) => Array.Fill(_used, true, start, end - start);

    [GeneratedRegex(@"(?:[<>≤≥]|如|若|低于|高于|超过|小于|大于|满|后|至|出现)[^,;。、]{0,14}$", RegexOptions.CultureInvariant)]
    private static partial Regex UntilThen();

    [GeneratedRegex("^[0-9]{1,2}/[0-9]{1,2}(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex DayOfMonth();

    [GeneratedRegex(@"^,? ?(?:[0-9]|one\b|two\b|half\b|a\b|take\b|inhale\b|sig\b)", RegexOptions.CultureInvariant)]
    private static partial Regex PiecesFollow();

    [GeneratedRegex(@"[:;]|\(|\b(?:one|two|three|half|taper|taper(?:ed|ing)|sliding|per|since|with|as|dose|dosed|at|to|for|by|on|if|until|sig|continue|started|home|please|see|and)\b", RegexOptions.CultureInvariant)]
    private static partial Regex NotOfTheName();
}
