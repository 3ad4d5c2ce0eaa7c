namespace Consortium.Adapters;

/// <summary>A built-in adapter whose rules are maps, and which can say what each of them made.</summary>
internal interface IExplainingAdapter
{
    /// <summary>
    /// Says for each message, or each group of rows, of a record which rule made which element, and what no rule used; none where the record cannot be read.
    /// Places and rules only, no values.
    /// </summary>
    IEnumerable<RecordExplanation> Explain(RawRecord record, ConversionContext context);
}
