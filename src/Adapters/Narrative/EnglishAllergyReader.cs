using System.Text.RegularExpressions;
using Consortium.Adapters.Narrative.Facts;

namespace Consortium.Adapters.Narrative;

/// <summary>Reads allergies and their denials from English text: the list of the section, NKDA, <c>allergic to …</c>, <c>peanut allergy</c>.</summary>
internal sealed partial class EnglishAllergyReader(NoteText note, FactDrafts drafts, NoteIssues issues)
{
    private const int LongestSubstance = 40;

    private static readonly HashSet<string> Foods = new(StringComparer.OrdinalIgnoreCase)
    {
        "peanut", "peanuts", "nuts", "tree nuts", "shellfish", "shrimp", "egg", "eggs", "milk", "soy", "wheat", "fish", "strawberries", "sesame", "seafood",
    };

    private static readonly HashSet<string> Environment = new(StringComparer.OrdinalIgnoreCase)
    {
        "latex", "pollen", "dust", "dust mites", "bee stings", "bee sting", "cats", "dogs", "mold", "grass", "adhesive", "adhesive tape", "tape",
    };

    /// <summary>The allergies of a section whose heading names them.</summary>
    public IEnumerable<AllergyFact> OfSection(NoteSection section)
    {
        TextSpan body = note.Trim(ListItems.First(note, section.Body));
        int line = note.Folded.AsSpan(body.Start, body.Length).IndexOf('\n');
        // What stands in the line of the heading is the whole of it; a list below it goes on to the empty line.
        bool inline = section.Body.Start < body.End && !note.Folded.AsSpan(section.Body.Start, body.Start - section.Body.Start).Contains('\n');
        if (inline && line > 0) body = note.Trim(body with { End = body.Start + line });
        if (body.Length == 0 || Unknown().IsMatch(note.Folded.AsSpan(body.Start, body.Length))) yield break;
        Match none = None().Match(note.Folded, body.Start, body.Length);
        if (none.Success)
        {
            yield return Denied(new TextSpan(section.Title.Start, none.Index + none.Length), none);
            yield break;
        }

        foreach (TextSpan item in ListItems.Of(note, body))
        {
            foreach (Match match in Item().EnumerateAll(note.Folded, item.Start, item.End))
            {
                Group words = match.Groups["s"];
                TextSpan substance = note.Trim(new TextSpan(words.Index, words.Index + words.Length));
                if (substance.Length is 0 or > LongestSubstance || Denial().IsMatch(note.Folded.AsSpan(substance.Start, substance.Length)) || !char.IsLetter(note.Folded[substance.Start]))
                {
                    if (substance.Length > 0) issues.Warning(substance.Start, "incomplete", "what the section on allergies says is not read into facts and stays text.");
                    continue;
                }

                TextSpan? reaction = match.Groups["r"] is { Success: true } inside ? note.Trim(new TextSpan(inside.Index, inside.Index + inside.Length)) : null;
                yield return Stated(substance, new TextSpan(substance.Start, reaction?.End ?? substance.End), reaction, Assertion.Present);
            }
        }
    }

    /// <summary>The allergies that a block of running text mentions.</summary>
    public IEnumerable<AllergyFact> OfText(TextSpan block)
    {
        foreach (Match match in Mention().EnumerateAll(note.Folded, block.Start, block.End))
        {
            if (match.Groups["none"].Success)
            {
                yield return Denied(new TextSpan(match.Index, match.Index + match.Length), match);
                continue;
            }

            Group words = match.Groups["s"].Success ? match.Groups["s"] : match.Groups["b"];
            TextSpan substance = note.Trim(new TextSpan(words.Index, words.Index + words.Length));
            // Only what the lexicon knows as a drug, or a food: "seasonal allergy" is a disease, "an allergy" nothing.
            bool drug = drafts.In(substance).Any(draft => draft.Category == FactCategory.Drug);
            string written = note.Folded[substance.Start..substance.End];
            if (!drug && !Foods.Contains(written) && !Environment.Contains(written)) continue;
            bool denied = match.Groups["no"].Success;
            yield return Stated(substance, new TextSpan(match.Index, match.Index + match.Length), null, denied ? Assertion.Negated : Assertion.Present);
        }
    }

    private AllergyFact Denied(TextSpan span, Match match)
    {
        string? kind = match.Value.Contains("drug", StringComparison.OrdinalIgnoreCase) || match.Value.Contains("medic", StringComparison.OrdinalIgnoreCase) || match.Value.StartsWith("NKD", StringComparison.OrdinalIgnoreCase) || match.Value.StartsWith("NKM", StringComparison.OrdinalIgnoreCase)
            ? "medication"
            : match.Value.Contains("food", StringComparison.OrdinalIgnoreCase) ? "food" : null;
        return new AllergyFact(note.Trim(span), Assertion.Negated, "0.95", kind switch { "medication" => "drug allergy", "food" => "food allergy", _ => "" }, kind, null);
    }

    private AllergyFact Stated(TextSpan substance, TextSpan span, TextSpan? reaction, Assertion assertion)
    {
        string written = note[substance];
        FactDraft drug = drafts.In(substance).FirstOrDefault(draft => draft.Category == FactCategory.Drug);
        string? kind = Foods.Contains(written) ? "food" : Environment.Contains(written) ? "environment" : drug.Entry is not null ? "medication" : null;
        return new AllergyFact(span, assertion, "0.9", written, kind, reaction is { } inside ? note[inside] : null)
        {
            Entry = drug.Entry,
            Code = drug.Span == substance && drug.Entry?.System == "atc" ? drug.Entry.Code : null,
        };
    }

    [GeneratedRegex(@"\G(?:NKDA|NKA|NKMA|NKFA|none(?: known)?|nil(?: known)?|no known(?: drug| medication| food| environmental)*(?: or (?:drug|food))? allerg(?:y|ies)|no (?:drug |medication )?allergies|denies(?: any)?(?: drug| medication)? allergies|no known)(?![A-Za-z])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex None();

    [GeneratedRegex(@"^(?:unknown|not (?:known|recorded|documented|assessed)|unable to obtain|see (?:list|chart)|[-_/. ]*)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Unknown();

    [GeneratedRegex(@"\b(?:no|none|not|denies|without|unknown|reports?|states|patient|tolerates?)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Denial();

    // penicillin (hives), sulfa - rash, codeine: nausea, amoxicillin causes rash.
    [GeneratedRegex(@"(?<s>[^,;()\n:.]{1,60}?)(?: *\((?<r>[^()\n]{1,60})\)| *(?: -+ |: ?|->|→| causes? | caused )(?<r>[^,;()\n]{1,60}))?(?=[,;.\n]|$| and (?=[A-Za-z ]{2,40}$))(?:[,;. ]|and )*", RegexOptions.CultureInvariant)]
    private static partial Regex Item();

    [GeneratedRegex(@"(?<![A-Za-z])(?:(?<none>NKDA|NKA|NKMA|[Nn]o known (?:drug |medication |food )?allergies|[Nn]o (?:drug |medication )allergies)|(?:(?<no>not |no |denies )(?:known )?)?[Aa]llerg(?:ic|y) to (?<s>[A-Za-z][A-Za-z\-]{2,20}(?: [A-Za-z\-]{3,20})?)|(?:(?<no>no |denies |without )(?:known )?)?(?:known )?(?<b>[A-Za-z][A-Za-z\-]{2,24}) allergy)(?![A-Za-z])", RegexOptions.CultureInvariant)]
    private static partial Regex Mention();
}
