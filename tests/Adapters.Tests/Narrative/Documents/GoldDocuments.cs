using System.Text;
using Consortium.Adapters.Chinese;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Narrative;
using Consortium.Adapters.Tests.Narrative.Facts;
using Consortium.Adapters.Tests.Table;

namespace Consortium.Adapters.Tests.Narrative.Documents;

/// <summary>The gold notes as documents. Many name nobody, as fictitious notes do, so their patient is given beside them.</summary>
internal static class GoldDocuments
{
    public static NoteContext Known { get; } = new()
    {
        Patient = new ResourceDraft(JsonBuilding.Resource("Patient", "gold-patient"), ApplyMode.CreateIfAbsent),
    };

    public static ConversionResult Convert(GoldNote note) => Convert(note.Text);

    public static ConversionResult Convert(string text) => new NarrativeAdapter().Convert(
        RecordText.Of(text), new RawRecord(Encoding.UTF8.GetBytes(text), "gold", Tables.ReceivedAt, "note.txt"), Tables.Context, Known);

    public static NoteReading Read(GoldNote note) => NoteReading.Of(new NoteText(RecordText.Of(note.Text)), Consortium.Adapters.Narrative.Facts.FactFinder.Seed, Known);
}
