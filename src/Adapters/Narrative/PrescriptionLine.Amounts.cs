using System.Globalization;
using System.Text.RegularExpressions;
using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative;

/// <summary>The amounts of a line: what one piece holds, how long, the most that may be taken, and the dose. An amount of which less or more than its number is meant is never a dose.</summary>
internal sealed partial class PrescriptionLine
{
    // How many times the greater bound of a range of weights may be the smaller one: beyond it the numbers are two strengths, or a slip.
    private const decimal WidestRange = 10;

    private sealed record DrugDuration(NoteNumber Number, NoteNumber? High, string Unit);

    // max 4 g/day, 每日不超过4片, up to 4 times daily: neither dose nor frequency.
    private void ReadLimits()
    {
        foreach (Match match in DoseLimits.Find(_lower))
        {
            int end = match.Index + match.Length;
            if (match.Index < _drug.End || Overlaps(match.Index, end)) continue;
            Group number = match.Groups["n"], unit = match.Groups["u"];
            Use(match.Index, end);
            _words.RemoveAll(word => word.Start < end && word.End > match.Index && word.Value.Category is "frequency" or "explicit" or FrequencyExpressions.Unreadable);
            string period = match.Groups["p"].Value;
            if (number.Length == 0 || unit.Length == 0 || period.Length == 0 || !Plain().IsMatch(number.Value)) continue;
            if (PrescriptionWords.DoseUnitAt(_lower, unit.Index) is not { } known || known.Length != unit.Length) continue;
            bool hours = period.StartsWith("24", StringComparison.Ordinal);
            _limit = new DoseLimit(
                new NoteNumber(Place(number.Index, number.Length), number.Value), _note[Place(unit.Index, unit.Length)], known.Ucum,
                hours ? "24" : "1", hours ? "h" : period[0] == 'w' ? "wk" : "d");
        }
    }

    // 100mg×30片, 5mg/片, (0.25g*24粒), 30片/盒, ×2盒: what one piece holds and how many there are; no dose.
    private void ReadStrengths()
    {
        foreach (Match match in Strength().Matches(_lower).Concat(Pack().Matches(_lower)))
        {
            if (Overlaps(match.Index, match.Index + match.Length)) continue;
            Use(match.Index, match.Index + match.Length);
            _productEnd = Math.Max(_productEnd, match.Index + match.Length);
        }

        // （160/4.5μg）2吸: the strengths of two substances, before the dose.
        Match two = StrengthsOfTwo().Match(_lower, _drug.End);
        if (two.Success && !Overlaps(two.Index, two.Index + two.Length))
        {
            Use(two.Index, two.Index + two.Length);
            _productEnd = Math.Max(_productEnd, two.Index + two.Length);
        }

        // A bracket that a strength stands in belongs to the product.
        while (_productEnd > 0 && _productEnd < _lower.Length && _lower[_productEnd] == ')') _productEnd++;
        TermMatch<PrescriptionWord>[] behind = [.. _words.Where(word => word.Value.Category is "frequency" or "route" or "explicit" && word.Start < _productEnd)];
        if (behind.Length > 0) _productEnd = Math.Min(_productEnd, behind.Min(word => word.Start));
    }

    private DrugDuration? ReadDuration()
    {
        Match? only = null;
        bool several = false;
        foreach (Match match in Duration().Matches(_lower))
        {
            if (Overlaps(match.Index, match.Index + match.Length)) continue;
            Use(match.Index, match.Index + match.Length);
            several |= only is not null;
            only = match;
        }

        if (only is null || several) return null;
        Group number = only.Groups["n"], high = only.Groups["m"];
        if (high.Success && Size(high.Value) <= Size(number.Value)) return null;
        string unit = only.Groups["u"].Value switch { "周" or "w" or "week" or "weeks" => "wk", "月" or "个月" or "month" or "months" => "mo", _ => "d" };
        return new DrugDuration(Read(number), high.Success ? Read(high) : null, unit);
    }

    private void ReadAmounts()
    {
        _unread |= Partial().IsMatch(_lower);
        foreach (Match match in Number().Matches(_lower))
        {
            Group first = match.Groups["a"], high = match.Groups["b"];
            if (Overlaps(match.Index, match.Index + match.Length)) continue;
            int at = match.Index + match.Length;
            if (_english && at < _lower.Length && _lower[at] == ')' && match.Index > 0 && _lower[match.Index - 1] == '(') at++; // One (1) Tablet
            while (at < _lower.Length && (_lower[at] == ' ' || (_english && _lower[at] == '-' && at == match.Index + match.Length))) at++;
            if (at < _lower.Length && IsFraction(_lower[at])) at++; // 1½ tablets
            while (at < _lower.Length && _lower[at] == ' ') at++;
            if (at >= _lower.Length || UnitAt(at) is not { } unit) continue;
            int stop = at + unit.Length;
            if (IsConcentration(stop)) continue;
            if (!high.Success && HighBehind(stop, _lower.Substring(at, unit.Length)) is { } behind)
            {
                high = behind.High;
                stop = behind.End;
            }

            Amounted(first, high, new TextSpan(match.Index, stop), new TextSpan(at, at + unit.Length), unit.Ucum, match.Groups["or"].Length > 0);
            if (_isRefused) return;
        }

        // A first amount right behind the product, before an amount that is said to be the dose, is its strength.
        if (_doses.Count > 1 && _doses.Exists(amount => amount.Explicit) && !_doses[0].Explicit) _productEnd = Math.Max(_productEnd, _doses[0].End);

        // "5 mg 1-2 tabs": a weight cannot be what one or two pieces hold together, so each holds it.
        if (_doses is [{ Explicit: false, High: null, Ucum: not null } strength, { High: not null, Ucum: null } pieces] && IsBlank(strength.End, pieces.Start))
        {
            _productEnd = Math.Max(_productEnd, strength.End);
            _doses.RemoveAt(0);
        }
    }

    // 1# is one piece in Chinese prescriptions; in English ones # is what was dispensed.
    private (int Length, string? Ucum)? UnitAt(int at) => !_english && _lower[at] == '#' ? (1, null) : PrescriptionWords.DoseUnitAt(_lower, at);

    private void Amounted(Group first, Group high, TextSpan whole, TextSpan unit, string? ucum, bool or)
    {
        bool range = high.Success && Size(high.Value) > Size(first.Value), weight = ucum is not null;
        bool perTaking = PerTaking().IsMatch(_lower.AsSpan(whole.End));

        // 1/2片, 8-6-6U, 1½ tabs, 1片半, 1,000 units, 5 units per hour, 0.5g×2, 25 or 50 mg: the number alone is not what is taken.
        bool partial = GoesOnBefore(whole.Start) || Chain().IsMatch(_lower.AsSpan(whole.End)) || _lower.AsSpan(first.Index + first.Length, unit.Start - first.Index - first.Length).IndexOfAny("½¼¾⅓⅔") >= 0 || IsHalved(whole.End)
            || Grouped().IsMatch(first.Value) || IsRate(whole.End) || Multiplied().IsMatch(_lower.AsSpan(whole.End))
            || (or && (weight || Size(high.Value) != Size(first.Value) + 1)) || (high.Success && Changes(whole));
        if (high.Success && !range && !partial)
        {
            if (!_english || !weight) Doubt(_item.Start + whole.Start, "value", "two numbers of a dose that are no range from the smaller to the greater: they have two readings.");

            // 250-50 mcg of two substances.
            Use(whole.Start, whole.End);
            _productEnd = Math.Max(_productEnd, whole.End);
            return;
        }

        if (range && weight && !partial && ReadStrengthsOfTwo(first, high, whole)) return;
        if (partial)
        {
            // With the numbers that it goes on from, so that none of them looks like a dose without a unit.
            int from = whole.Start;
            while (from > Math.Max(0, _drug.End) && (char.IsAsciiDigit(_lower[from - 1]) || IsFraction(_lower[from - 1]) || _lower[from - 1] is ' ' or '.' or '/' or '-' or '~' or '×' or '*' or '又')) from--;
            int to = whole.End + Multiplied().Match(_lower[whole.End..]).Length;
            Use(from, to + Chain().Match(_lower[to..]).Length);
            _unread = true;
            return;
        }

        if (!Plain().IsMatch(first.Value) || (high.Success && !Plain().IsMatch(high.Value))) return;
        if (BelongsToWord(whole.Start)) return;
        TermMatch<PrescriptionWord> announced = _words.Find(word => word.Value.Category == "explicit" && word.End <= whole.Start && IsBlank(word.End, whole.Start));
        bool said = announced.Length > 0 || perTaking;
        if (_english && Contradicted(first)) _unread = true;
        if (announced.Length > 0) Use(announced.Start, announced.End);
        _doses.Add(new Amount(
            whole.Start, whole.End, Place(first.Index, first.Length), high.Success ? Place(high.Index, high.Length) : null, first.Value,
            high.Success ? high.Value : null, _note[Place(unit.Start, unit.Length)], ucum, said));
        Use(whole.Start, whole.End);
    }

    // Percocet 5-325 mg: the strengths of two substances. Of a drug that nobody knows, 5-10 mg may be either.
    private bool ReadStrengthsOfTwo(Group first, Group high, TextSpan whole)
    {
        string? display = _entry?.Display;
        string name = _lower[_drug.Start.._drug.End];
        bool combination = display is not null && (display.Contains(" and ", StringComparison.Ordinal) || display.Contains('/', StringComparison.Ordinal) || display.Contains("combination", StringComparison.OrdinalIgnoreCase) || display.Contains('和', StringComparison.Ordinal));
        combination |= Joined().IsMatch(name);
        if (combination || Size(high.Value) > WidestRange * Size(first.Value))
        {
            Use(whole.Start, whole.End);
            if (combination) _productEnd = Math.Max(_productEnd, whole.End);
            else _unread = true;
            return true;
        }

        if (!_english || _drug.Length > 0 || _words.Exists(word => word.Value.Category is "as-needed" or "explicit")) return false;
        Doubt(_item.Start + whole.Start, "value", "the numbers may be a range of doses or the strengths of two substances, for the drug is not known.");
        return true;
    }

    // 0.5mg-1mg, 1片~2片: the same unit behind both.
    private (Group High, int End)? HighBehind(int at, string unit)
    {
        Match match = SecondBound().Match(_lower, at);
        if (!match.Success) return null;
        int second = match.Index + match.Length;
        return PrescriptionWords.DoseUnitAt(_lower, second) is { } again && string.CompareOrdinal(_lower, second, unit, 0, Math.Max(unit.Length, again.Length)) == 0 ? (match.Groups["b"], second + again.Length) : null;
    }

    // 1/2片, ½ to 1 tab and the last of 12-10-8U: a number goes on into this one.
    private bool GoesOnBefore(int start) => GoesOn().IsMatch(_lower.AsSpan(0, start));

    private bool IsHalved(int end) => end < _lower.Length && (_lower[end] == '半' || IsFraction(_lower[end]));

    private static bool IsFraction(char c) => c is '½' or '¼' or '¾' or '⅓' or '⅔';

    // 2U/h, 40mg/d, 10mg/(kg·d), 5 units per hour: an amount in a time or for a weight. 25mg/bid has a stroke between two words.
    private bool IsRate(int end)
    {
        Match match = Per().Match(_lower, end);
        if (!match.Success || PerTaking().IsMatch(_lower.AsSpan(end))) return false;
        return !_words.Exists(word => word.Start >= match.Index && word.Start <= match.Index + match.Length && word.Value.Category is "frequency" or "route" or "as-needed");
    }

    // Increased from 25 to 50 mg, 由5至10mg: not a range of doses but a change of the dose.
    private bool Changes(TextSpan amount) =>
        Change().IsMatch(_lower.AsSpan(0, amount.Start)) || (_inText && Change().IsMatch(_note.Folded.AsSpan(Math.Max(0, _item.Start - 24), Math.Min(24, _item.Start)).ToString().ToLowerInvariant()));

    private NoteNumber Read(Group number) => new(Place(number.Index, number.Length), number.Value);

    private static decimal Size(string number) => decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal size) ? size : decimal.MaxValue;

    private const string Digits = @"[0-9]+(?:\.[0-9]+)?";
    private const string WeightUnit = @"(?:mg|ug|μg|mcg|g|ml|iu|万iu|万u|万单位|单位|毫克|克|微克|毫升|u)";
    private const string CountUnit = @"(?:片|粒|丸|袋|包|支|瓶|枚|贴|颗|s|ml|毫升|喷|吸)";

    [GeneratedRegex(@"(?<![0-9.a-z])" + Digits + " ?" + WeightUnit + @"(?: ?: ?" + Digits + " ?" + WeightUnit + @")?(?: ?[×x*] ?" + Digits + " ?" + CountUnit + @"(?: ?/ ?(?:盒|瓶|板|袋))?(?: ?[×x*] ?" + Digits + @" ?(?:盒|瓶|板|袋|支))?| ?/ ?(?:片|粒|丸|袋|包|支|瓶|枚|贴|颗|ml|毫升)| ?/ ?(?:" + Digits + @" ?)?(?:ml|tablet|tab|capsule|cap|actuation|act|dose|puff|spray|inhalation|inh|vial|patch)(?![a-z]))", RegexOptions.CultureInvariant)]
    private static partial Regex Strength();

    [GeneratedRegex(@"(?:[×x*] ?|共 ?)?(?<![0-9.])" + Digits + @" ?(?:盒|板|" + CountUnit + @" ?/ ?(?:盒|瓶|板|袋))(?: ?[×x*] ?" + Digits + @" ?(?:盒|瓶|板|袋))?|[×x*] ?" + Digits + " ?" + CountUnit + @"(?![a-z])", RegexOptions.CultureInvariant)]
    private static partial Regex Pack();

    [GeneratedRegex(@"(?:[×x*] ?|共 ?|连服 ?|连用 ?|疗程 ?|服用? ?|用 ?|for ?|, ?| |^|(?<=[次晚晨d]))(?<!(?:every|in|q|after|within|last|past|next|over|each|day|week|month|ago|than) ?)(?<n>[1-9][0-9]{0,2})(?:(?: ?[-~至到] ?| to )(?<m>[1-9][0-9]{0,2}))? ?(?<u>天|日|days?|d|周|个月|月|weeks?|months?|w)(?![0-9a-z一二两三四]|内|后|复|[1-9]? ?次)", RegexOptions.CultureInvariant)]
    private static partial Regex Duration();

    // 1-2, 5 to 10, One (1) to Two (2), 1或2.
    [GeneratedRegex(@"(?<![0-9.])(?<a>[0-9]+(?:[.,][0-9]+)*)(?:\)?(?: ?[-~至到] ?| to | ?(?<or>或) ?| (?<or>or) )(?:(?:one|two|three|four|five|six) ?\()?(?<b>[0-9]+(?:\.[0-9]+)?))?", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex("^" + LaboratoryResult.NumberPattern + "$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Grouped();

    [GeneratedRegex(@"[0-9½¼¾⅓⅔] ?(?:[-~/×*又至到]| to) ?$", RegexOptions.CultureInvariant)]
    private static partial Regex GoesOn();

    [GeneratedRegex(@"\G(?: ?[-~至到] ?| to )(?<b>[0-9]+(?:\.[0-9]+)?) ?", RegexOptions.CultureInvariant)]
    private static partial Regex SecondBound();

    [GeneratedRegex(@"\G ?(?:/|·|•| per |每) ?(?=[a-z(小时分公千天日周次\u4E00-\u9FFF])(?!(?:dose|taking|tablet|tab|puff|patch|inhalation)\b)", RegexOptions.CultureInvariant)]
    private static partial Regex Per();

    [GeneratedRegex(@"\G[^0-9,;。]{0,6}?(?:\( ?)?[0-9]+(?:\.[0-9]+)? ?(?:mg|μg|ug|mcg|g)? ?/ ?[0-9]+(?:\.[0-9]+)? ?(?:mg|μg|ug|mcg|g)(?![a-z])(?: ?\))?", RegexOptions.CultureInvariant)]
    private static partial Regex StrengthsOfTwo();

    // 8u-6u-6u: one amount for each meal.
    [GeneratedRegex(@"^(?: ?[-~/] ?[0-9]+(?:\.[0-9]+)? ?[a-z\u4E00-\u9FFF]{0,2})+", RegexOptions.CultureInvariant)]
    private static partial Regex Chain();

    // 0.5g/次: said to be one taking.
    [GeneratedRegex(@"^ ?(?:/|每) ?次", RegexOptions.CultureInvariant)]
    private static partial Regex PerTaking();

    // 0.5g×2: two of them. ×7天 is a duration, ×1 says nothing.
    [GeneratedRegex(@"^ ?[×*] ?(?!1(?![0-9.]))[0-9]+(?![0-9]*[ 个]*(?:天|日|d\b|周|w\b|月|次))", RegexOptions.CultureInvariant)]
    private static partial Regex Multiplied();

    // A total that is divided, a first dose that differs.
    [GeneratedRegex(@"分 ?[2-6二两三四五六] ?次|分次|分早|divided|\bdiv\b|total daily|首剂|首次|首日|首量|负荷|总量|各半|减半|加倍|交替|half", RegexOptions.CultureInvariant)]
    private static partial Regex Partial();

    [GeneratedRegex(@"\b(?:from|increas\w*|decreas\w*|titrat\w*|taper\w*|chang\w*|reduc\w*|wean\w*|uptitrat\w*)\b|由|从|增|加至|加到|加量|减|改|调|渐", RegexOptions.CultureInvariant)]
    private static partial Regex Change();

    // amlodipine-benazepril, 氨氯地平/缬沙坦, 复方.
    [GeneratedRegex(@"[a-z]{4,} ?[-/] ?[a-z]{4,}|/|复方", RegexOptions.CultureInvariant)]
    private static partial Regex Joined();
}
