using Consortium.Adapters.Tests.Narrative.Facts;

namespace Consortium.Adapters.Tests.Narrative.Documents;

/// <summary>Every gold note, of all kinds and both languages, is a valid document or is refused with a place and without patient data.</summary>
public class GoldDocumentTests
{
    [Theory]
    [InlineData("zh")]
    [InlineData("en")]
    public void Every_document_of_the_gold_notes_is_valid(string language)
    {
        foreach (GoldNote note in GoldNote.All(language))
        {
            ConversionResult result = GoldDocuments.Convert(note);
            if (result.IsRejected)
            {
                Assert.All(result.Issues, issue => Assert.NotNull(issue.Line));
                continue;
            }

            Valid.Bundle(result);
        }
    }
}
