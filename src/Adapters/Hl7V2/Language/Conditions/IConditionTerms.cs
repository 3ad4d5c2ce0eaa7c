using Consortium.Adapters.Hl7V2.Language.Model;

namespace Consortium.Adapters.Hl7V2.Language.Conditions;

/// <summary>What the condition language is about: the places of a kind of record, and what can be asked of them.</summary>
/// <typeparam name="TPlace">A place in a record.</typeparam>
/// <typeparam name="TCondition">A compiled condition.</typeparam>
internal interface IConditionTerms<TPlace, TCondition>
{
    /// <summary>A place, for words of help.</summary>
    string Example { get; }

    /// <summary>Reads a place.</summary>
    /// <param name="text">As written.</param>
    /// <param name="fault">Makes an error of a problem.</param>
    TPlace Place(string text, Func<string, Exception> fault);

    /// <summary>VALUED, EXISTS.</summary>
    TCondition Valued(TPlace place);

    /// <summary>EQUALS and IN.</summary>
    TCondition OneOf(TPlace place, IReadOnlyList<string> texts);

    /// <summary>EQUALS with a place on the right.</summary>
    TCondition Same(TPlace left, TPlace right);

    /// <summary>LENGTH.</summary>
    TCondition Length(TPlace place, Func<int, bool> compare);

    /// <summary>COUNT.</summary>
    TCondition Count(TPlace place, Func<int, bool> compare, MapText text);

    /// <summary>FIRST.</summary>
    TCondition First(TPlace place, MapText text);

    /// <summary>OCCURRENCE.</summary>
    TCondition Occurrence(TPlace place, Func<int, bool> compare, MapText text);

    /// <summary>NOT.</summary>
    TCondition Not(TCondition inner);

    /// <summary>AND, OR.</summary>
    TCondition Several(IReadOnlyList<TCondition> parts, bool all);
}
