using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Hl7V2.Language.Run;

namespace Consortium.Adapters.Hl7V2.Language.Conversions;

/// <summary>A text with fields in braces: <c>+{XTN.5} {XTN.6}</c>. A field without data leaves its place empty; blanks that then double or end the text go.</summary>
internal sealed class FormatConverter : ValueConverter
{
    private readonly List<(string? Text, Place? Field)> _parts = [];

    /// <summary>Compiles a format.</summary>
    public FormatConverter(MapText format, RowMapModel map)
    {
        string text = format.Value;
        int at = 0;
        while (at < text.Length)
        {
            int open = text.IndexOf('{', at);
            if (open < 0) open = text.Length;
            if (open > at) _parts.Add((text[at..open], null));
            if (open == text.Length) break;
            int close = text.IndexOf('}', open);
            if (close < 0) throw format.FaultAt(open, "the closing brace is missing.");
            _parts.Add((null, Place.Read(text[(open + 1)..close].Trim(), map.Name, map.IsType, problem => format.FaultAt(open, problem))));
            at = close + 1;
        }

        if (!_parts.Exists(part => part.Field is not null)) throw format.Fault("a format names fields in braces; a fixed text is a `value`.");
    }

    public override DraftNode? Convert(in Er7Value value, Scope scope, MapRun run)
    {
        var text = new StringBuilder();
        foreach ((string? fixedText, Place? field) in _parts)
        {
            string? part = fixedText ?? (field!.TryFind(scope, out Er7Value found) && found.HasData ? found.Text : null);
            foreach (char c in part ?? "")
            {
                if (c == ' ' && (text.Length == 0 || text[^1] == ' ')) continue;
                text.Append(c);
            }
        }

        return Primitives.Text(text.ToString().Trim());
    }
}
