using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Consortium.FhirFacade.Redaction;

/// <summary>
/// Writes the view: shown values are copied byte for byte from the stored record; what the definition lets redaction add
/// (<c>record-commitment.md</c>, "To verify", step 3) is the only text of our own.
/// </summary>
internal ref struct ViewWriter(ReadOnlySpan<byte> json, IReadOnlyList<SecurityLabel> labels)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private readonly ArrayBufferWriter<byte> _view = new(json.Length + 512);
    private readonly List<string> _hidden = [];

    private static ReadOnlySpan<byte> Masked =>
        """{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}"""u8;

    public readonly RedactedRecord Write(JsonSpan root)
    {
        Object(root, "", root.Member("resourceType")!.Text, isRoot: true);
        return new RedactedRecord(_view.WrittenSpan.ToArray(), _hidden);
    }

    private readonly void Value(JsonSpan value, string pointer, string path)
    {
        if (!value.HidesAnything) Copy(value.Start, value.End);
        else if (value.Kind == JsonSpanKind.Array) Array(value, pointer, path);
        else Object(value, pointer, value.Member("resourceType")?.Text ?? path, isRoot: false);
    }

    private readonly void Array(JsonSpan array, string pointer, string path)
    {
        bool any = false;
        Put("["u8);
        for (int i = 0; i < array.Children.Count; i++)
        {
            string below = $"{pointer}/{i.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
            JsonSpan entry = array.Children[i];
            if (entry.Hidden)
            {
                _hidden.Add(below);
                continue;
            }

            if (any) Put(","u8);
            any = true;
            Value(entry, below, path);
        }

        Put("]"u8);
    }

    private readonly void Object(JsonSpan value, string pointer, string path, bool isRoot)
    {
        bool any = false;
        bool hasMeta = false;
        Put("{"u8);
        foreach (JsonSpan member in value.Children)
        {
            string below = $"{pointer}/{Escape(member.Name)}";
            string name = member.Name.TrimStart('_');
            if (member.Hidden)
            {
                _hidden.Add(below);
                if (RequiredElements.Contains(path, name)) Mask(value, member, ref any);
                continue;
            }

            string memberPath = RequiredElements.Descend(path, name);

            if (any) Put(","u8);
            any = true;
            if (isRoot && member is { Name: "meta", Kind: JsonSpanKind.Object })
            {
                hasMeta = true;
                Put("\"meta\":"u8);
                Meta(member, below, memberPath);
            }
            else
            {
                Copy(member.NameStart, NameEnd(member));
                Put(":"u8);
                Value(member, below, memberPath);
            }
        }

        if (isRoot && !hasMeta)
        {
            Put(any ? ",\"meta\":{\"security\":"u8 : "\"meta\":{\"security\":"u8);
            Security(null, "", "");
            Put("}"u8);
        }

        Put("}"u8);
    }

    private readonly void Meta(JsonSpan meta, string pointer, string path)
    {
        Put("{"u8);
        foreach (JsonSpan member in meta.Children)
        {
            string below = $"{pointer}/{Escape(member.Name)}";
            if (member.Hidden) _hidden.Add(below);
            if (member.Hidden || member.Name == "security") continue;
            Copy(member.NameStart, NameEnd(member));
            Put(":"u8);
            Value(member, below, RequiredElements.Descend(path, member.Name));
            Put(","u8);
        }

        Put("\"security\":"u8);
        Security(meta.Member("security") is { Hidden: false } own ? own : null, $"{pointer}/security", path);
        Put("}"u8);
    }

    /// <summary>The record's own labels that are shown, then those of the view that the record does not bear itself.</summary>
    private readonly void Security(JsonSpan? own, string pointer, string path)
    {
        bool any = false;
        Put("["u8);
        for (int i = 0; i < (own?.Children.Count ?? 0); i++)
        {
            string below = $"{pointer}/{i.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
            if (own!.Children[i].Hidden)
            {
                _hidden.Add(below);
                continue;
            }

            if (any) Put(","u8);
            any = true;
            Value(own.Children[i], below, path);
        }

        foreach (SecurityLabel label in labels)
        {
            if (own?.Children.Exists(c => !c.Hidden && c.Member("system")?.Text == label.System && c.Member("code")?.Text == label.Code) == true) continue;
            if (any) Put(","u8);
            any = true;
            Put(JsonSerializer.SerializeToUtf8Bytes(new { system = label.System, code = label.Code, display = label.Display }));
        }

        Put("]"u8);
    }

    /// <summary>Says "masked" in place of a hidden element that R4 requires: in the element if it is complex, beside it if it is primitive.</summary>
    private readonly void Mask(JsonSpan parent, JsonSpan member, ref bool any)
    {
        bool isExtensions = member.Name.StartsWith('_');
        if (isExtensions && parent.Member(member.Name[1..]) is not null) return;
        bool isArray = member.Kind == JsonSpanKind.Array;
        bool isComplex = !isExtensions && (member.Kind == JsonSpanKind.Object || member.Children.Exists(c => c.Kind == JsonSpanKind.Object));
        if (any) Put(","u8);
        any = true;
        Put(Encoding.UTF8.GetBytes(isComplex || isExtensions ? $"\"{member.Name}\":" : $"\"_{member.Name}\":"));
        if (isArray) Put("["u8);
        Put(Masked);
        if (isArray) Put("]"u8);
    }

    /// <summary>The name's token ends at the quotation mark before the colon; an escape may stand in it.</summary>
    private readonly int NameEnd(JsonSpan member)
    {
        int at = member.NameStart + 1;
        while (_json[at] != (byte)'"') at += _json[at] == (byte)'\\' ? 2 : 1;
        return at + 1;
    }

    private readonly void Copy(int start, int end) => Put(_json[start..end]);

    private readonly void Put(scoped ReadOnlySpan<byte> bytes) => _view.Write(bytes);

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
