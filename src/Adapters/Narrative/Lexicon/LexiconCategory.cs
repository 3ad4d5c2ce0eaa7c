namespace Consortium.Adapters.Narrative.Lexicon;

/// <summary>What a term of a lexicon is. In a file the names are in lower case, with hyphens: <c>pseudo-negation</c>.</summary>
public enum LexiconCategory
{
    /// <summary>A disease or diagnosis.</summary>
    Disease,

    /// <summary>A complaint, a sign, a finding.</summary>
    Symptom,

    /// <summary>A body site.</summary>
    Body,

    /// <summary>An examination.</summary>
    Test,

    /// <summary>A therapy other than one drug or an operation.</summary>
    Treatment,

    /// <summary>A drug.</summary>
    Drug,

    /// <summary>An operation or intervention.</summary>
    Procedure,

    /// <summary>A laboratory measurand; a fact only beside its value.</summary>
    Lab,

    /// <summary>A vital sign or body measure; a fact only beside its value.</summary>
    Vital,

    /// <summary>A unit of measure.</summary>
    Unit,

    /// <summary>A dose form.</summary>
    Form,

    /// <summary>A route of administration.</summary>
    Route,

    /// <summary>A frequency or time of administration.</summary>
    Frequency,

    /// <summary>A heading.</summary>
    Section,

    /// <summary>A cue: what follows or precedes is not so.</summary>
    Negation,

    /// <summary>Looks like a negation and is none.</summary>
    PseudoNegation,

    /// <summary>A cue: suspected.</summary>
    Uncertain,

    /// <summary>A cue: was so.</summary>
    Historical,

    /// <summary>A cue: would be so, or is planned.</summary>
    Hypothetical,

    /// <summary>A cue: about somebody else.</summary>
    OtherPerson,

    /// <summary>Ends the reach of a cue.</summary>
    Terminator,
}
