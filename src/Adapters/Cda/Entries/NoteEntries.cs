using System.Text;
using Consortium.Adapters.Cda.Header;
using Consortium.Adapters.Cda.Types;
using Consortium.Adapters.Cda.Xml;
using Consortium.Adapters.Elements;

namespace Consortium.Adapters.Cda.Entries;

/// <summary>Note Activity to DocumentReference: the words of the note, or the file in it.</summary>
internal static class NoteEntries
{
    /// <summary>Reads one.</summary>
    public static bool Read(CdaNode act, EntryScope scope, string? argument)
    {
        CdaConversion conversion = scope.Conversion;
        CdaNode? text = act.Child("text");
        DraftObject? attachment = Bodies.Attachment(text, conversion);
        if (attachment is null && conversion.Narrative.TextOf(text) is { } words) attachment = Bodies.Attachment("text/plain; charset=utf-8", Encoding.UTF8.GetBytes(words));
        if (attachment is null)
        {
            conversion.Warn("required", act, "a note without words or file; it is not mapped.");
            return false;
        }

        CdaNode? code = act.Child("code");
        DraftObject document = Statements.Start("DocumentReference", act, conversion)
            .Set("status", act.Child("statusCode")?["code"] == "nullified" ? "entered-in-error" : "current")
            .Set("docStatus", act.Child("statusCode")?["code"] switch { "completed" => "final", "active" => "preliminary", _ => null })
            .Set("type", Codes.Concept(code?.Child("translation") is { } specific && code["code"] == "34109-9" ? specific : code, conversion));
        document.Set("date", Times.Instant(act.Down("author", "time"), conversion));
        if (People.AuthorOf(act, conversion) is { } author) document.Append("author", author.Who);
        document.Append("content", new DraftObject().Set("attachment", attachment));
        document.Set("context", new DraftObject().Append("encounter", conversion.Encounter?.DeepClone()).Set("period", Times.Period(act.Child("effectiveTime"), conversion)));
        scope.Add(document);
        return true;
    }
}
