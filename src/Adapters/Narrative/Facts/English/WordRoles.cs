using Consortium.Adapters.Chinese;

namespace Consortium.Adapters.Narrative.Facts.English;

/// <summary>What a single word does in the rules; a word may do several things. The words stand in <c>english-words.tsv</c> and <c>english-modifiers.tsv</c>.</summary>
[Flags]
internal enum WordRole : ulong
{
    None = 0,
    /// <summary>left, bilateral</summary>
    Side = 1,
    /// <summary>upper, distal, anterior</summary>
    Region = 1 << 1,
    /// <summary>acute, recurrent, metastatic: part of a diagnosis</summary>
    Course = 1 << 2,
    /// <summary>severe, moderate: part of a diagnosis</summary>
    Severity = 1 << 3,
    /// <summary>mild, trace: not part of a diagnosis, and no bar to one</summary>
    Degree = 1 << 4,
    /// <summary>laparoscopic, open: part of an operation</summary>
    Approach = 1 << 5,
    /// <summary>between the name of a measurement and its value</summary>
    Link = 1 << 6,
    /// <summary>a laboratory result in words</summary>
    Result = 1 << 7,
    /// <summary>normal, pending: says that there is no value</summary>
    Normal = 1 << 8,
    /// <summary>marks a value as abnormal</summary>
    Flag = 1 << 9,
    /// <summary>may stand between the findings of a negated list</summary>
    List = 1 << 10,
    /// <summary>ends a negated list</summary>
    Verb = 1 << 11,
    /// <summary>a relative who does this is not the one who is ill</summary>
    Reporter = 1 << 12,
    /// <summary>a relative who does this is</summary>
    Bearer = 1 << 13,
    /// <summary>a heading's word that names no single examination</summary>
    Generic = 1 << 14,
    /// <summary>epigastric, RLQ: a place of a complaint that is cut off from it</summary>
    Locus = 1 << 15,
    /// <summary>mass, nodule: a sign even where the lexicon calls it a disease</summary>
    Sign = 1 << 16,
    /// <summary>regurgitation, hypertrophy: a diagnosis even where the lexicon calls it a sign</summary>
    Diagnosis = 1 << 17,
    /// <summary>serum, urine, corrected: part of a laboratory name before it</summary>
    Specimen = 1 << 18,
    /// <summary>DNA, antigen, IgM: makes an organism a laboratory name</summary>
    Assay = 1 << 19,
    /// <summary>an adjective that is no part of a diagnosis (typical, additional)</summary>
    Plain = 1 << 20,
    /// <summary>gtt, drip, inhaler: the form in which a drug is given, outside its name</summary>
    Vehicle = 1 << 21,
    /// <summary>dialysis, anaesthesia: a therapy even where the lexicon calls it a procedure</summary>
    Therapy = 1 << 22,
    /// <summary>a letterhead's or title's word (department, summary)</summary>
    Title = 1 << 23,
    /// <summary>decreased, improved: what is so changed is there</summary>
    Trend = 1 << 24,
    /// <summary>size, ratio: what stands before it is no site of a finding</summary>
    Attribute = 1 << 25,
    /// <summary>placement, removal: what is done with a device, part of the procedure's name</summary>
    Act = 1 << 26,
    /// <summary>tachycardia: a sign when it stands alone, a disease with its kind (ventricular tachycardia)</summary>
    SoloSign = 1 << 27,
    /// <summary>productive, palpable: the kind of a complaint, part of its name</summary>
    Quality = 1 << 28,
    /// <summary>culture, scan: an examination whose result is a finding, not a laboratory value</summary>
    Examination = 1 << 29,
    /// <summary>seen, identified: says that the finding before it is or is not there</summary>
    Seen = 1 << 30,
    /// <summary>have, take, require: a "not" before it denies what follows</summary>
    Has = 1ul << 31,
    /// <summary>severe, small, new: outside of a complaint, though a lexicon may have it in the term</summary>
    Outside = 1ul << 32,
    /// <summary>prior, previous, small: when a diagnosis was and its size, outside of it</summary>
    Past = 1ul << 33,
    /// <summary>catheter, drain: a thing, and an intervention only with what is done with it</summary>
    Device = 1ul << 34,
    /// <summary>placed, removed, underwent: what is done with a device</summary>
    Done = 1ul << 35,
    /// <summary>ER, PR, LE: a measurement with its value only; alone it is another word</summary>
    ValueOnly = 1ul << 36,
    /// <summary>clinic, consult, team: who is asked; the name of a disease before it names them</summary>
    Service = 1ul << 37,
}

/// <summary>The roles of the words, by their number in the vocabulary.</summary>
internal sealed class WordRoles
{
    private static readonly string[] Files = ["english-modifiers.tsv", "english-words.tsv"];
    private readonly WordRole[] _roles;

    /// <summary>Reads the built-in tables; their words join the vocabulary, so this comes after the terms.</summary>
    /// <exception cref="FormatException">A row is wrong; names file and line.</exception>
    public WordRoles(EnglishVocabulary vocabulary)
    {
        List<(int Word, WordRole Role)> found = [];
        foreach (DataRow row in Files.SelectMany(file => DataTable.BuiltIn(file, 2)))
        {
            if (!Enum.TryParse(row.Cells[1], ignoreCase: true, out WordRole role)) throw row.Fault($"the role {row.Cells[1]} is unknown.");
            found.Add((vocabulary.Add(row.Cells[0]), role));
        }
        _roles = new WordRole[found.Max(f => f.Word) + 1];
        foreach ((int word, WordRole role) in found) _roles[word] |= role;
    }

    public WordRole Of(in EnglishToken token) => (uint)token.Word < (uint)_roles.Length ? _roles[token.Word] : WordRole.None;
}
