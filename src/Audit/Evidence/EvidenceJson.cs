using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit;

/// <summary>The JSON form of evidence: every member once, no other.</summary>
internal static class EvidenceJson
{
    private static readonly JsonWriterOptions s_indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(EvidenceFile e)
    {
        using var buffer = new MemoryStream();
        using (var w = new Utf8JsonWriter(buffer, s_indented))
        {
            w.WriteStartObject();
            w.WriteString("format", EvidenceFile.Format);
            w.WriteString("exportedAt", e.ExportedAt.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            w.WriteString("reader", e.Reader.ToString());
            w.WriteString("chainId", e.ChainId.ToString(CultureInfo.InvariantCulture));
            w.WriteString("contract", e.Contract.ToString());
            w.WriteString("custodian", e.Custodian.ToString());
            w.WriteStartObject("batch");
            w.WriteString("firstSequence", e.FirstSequence.ToString(CultureInfo.InvariantCulture));
            w.WriteString("count", e.Count.ToString(CultureInfo.InvariantCulture));
            w.WriteString("index", e.Index.ToString(CultureInfo.InvariantCulture));
            w.WriteString("entry", Convert.ToHexStringLower(IndexEntry.Pack([e.Entry])));
            w.WriteString("root", e.Root.ToString());
            w.WriteStartArray("inclusionPath");
            foreach (Hash256 hash in e.InclusionPath) w.WriteStringValue(hash.ToString());
            w.WriteEndArray();
            w.WriteString("previousHead", e.PreviousHead.ToString());
            w.WriteStartArray("later");
            foreach (LaterBatch later in e.Later) w.WriteStringValue($"{later.Count.ToString(CultureInfo.InvariantCulture)} {later.Root}");
            w.WriteEndArray();
            w.WriteEndObject();
            w.WriteStartObject("block");
            w.WriteString("hash", e.BlockHash.ToString());
            w.WriteString("time", e.BlockTime.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            w.WriteString("transaction", e.Transaction.ToString());
            w.WriteStartObject("header");
            foreach ((string name, string value) in e.Header.Members) w.WriteString(name, value);
            w.WriteEndObject();
            w.WriteEndObject();
            w.WriteBase64String("view", e.View);
            w.WritePropertyName("disclosure");
            w.WriteRawValue(e.Disclosure.ToJson());
            w.WriteEndObject();
        }

        return [.. buffer.ToArray(), (byte)'\n'];
    }

    public static EvidenceFile Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            Members file = new(document.RootElement, "", ["format", "exportedAt", "reader", "chainId", "contract", "custodian", "batch", "block", "view", "disclosure"]);
            if (file.Text("format") != EvidenceFile.Format) throw new FormatException($"'format' is not {EvidenceFile.Format}.");
            Members batch = file.Object("batch", ["firstSequence", "count", "index", "entry", "root", "inclusionPath", "previousHead", "later"]);
            Members block = file.Object("block", ["hash", "time", "transaction", "header"]);
            byte[] entry = batch.Of("entry", Convert.FromHexString);
            return new EvidenceFile
            {
                ExportedAt = file.Of("exportedAt", Time),
                Reader = file.Of("reader", Address.Parse),
                ChainId = file.Of("chainId", Number),
                Contract = file.Of("contract", Address.Parse),
                Custodian = file.Of("custodian", Address.Parse),
                View = file.Of("view", Bytes),
                Disclosure = Disclosure.Parse(System.Text.Encoding.UTF8.GetBytes(file.Element("disclosure").GetRawText())),
                Entry = entry.Length == IndexEntry.PackedLength ? IndexEntry.Unpack(entry)[0] : throw new FormatException($"'batch.entry' is not {IndexEntry.PackedLength} bytes in hexadecimal."),
                FirstSequence = batch.Of("firstSequence", Number),
                Count = batch.Of("count", Number),
                Index = batch.Of("index", Number),
                Root = batch.Of("root", Hash256.Parse),
                InclusionPath = batch.List("inclusionPath", Hash256.Parse),
                PreviousHead = batch.Of("previousHead", Hash256.Parse),
                Later = batch.List("later", Later),
                Transaction = block.Of("transaction", Hash256.Parse),
                BlockHash = block.Of("hash", Hash256.Parse),
                BlockTime = block.Of("time", Time),
                Header = BlockHeader.Read(block.Element("header")),
            };
        }
        catch (JsonException e)
        {
            throw new FormatException($"It is not JSON (line {(e.LineNumber + 1)?.ToString(CultureInfo.InvariantCulture)}).", e);
        }
    }

    // One spelling of one value: a decoder forgives white space and stray last bits.
    private static byte[] Bytes(string text)
    {
        byte[] bytes = Convert.FromBase64String(text);
        return Convert.ToBase64String(bytes) == text ? bytes : throw new FormatException("It is no canonical base64.");
    }

    private static ulong Number(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static LaterBatch Later(string text)
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        return new LaterBatch(Number(text[..space]), Hash256.Parse(text[(space + 1)..]));
    }

    /// <summary>An object whose members are known.</summary>
    private readonly struct Members
    {
        private readonly JsonElement _object;
        private readonly string _at;

        public Members(JsonElement element, string at, string[] known)
        {
            if (element.ValueKind != JsonValueKind.Object) throw new FormatException(at.Length == 0 ? "It is no JSON object." : $"'{at}' is no object.");
            _object = element;
            _at = at.Length == 0 ? "" : at + ".";
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (JsonProperty member in element.EnumerateObject())
            {
                if (!known.Contains(member.Name, StringComparer.Ordinal)) throw new FormatException($"{(at.Length == 0 ? "It" : $"'{at}'")} has a member that the form does not know.");
                if (!seen.Add(member.Name)) throw new FormatException($"'{_at}{member.Name}' stands twice.");
            }
        }

        public JsonElement Element(string name) => _object.TryGetProperty(name, out JsonElement member) ? member : throw new FormatException($"'{_at}{name}' is missing.");

        public Members Object(string name, string[] known) => new(Element(name), _at + name, known);

        public string Text(string name) => Element(name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw new FormatException($"'{_at}{name}' is no text.");

        public T Of<T>(string name, Func<string, T> read) => Read(name, Text(name), read);

        public List<T> List<T>(string name, Func<string, T> read)
        {
            if (Element(name) is not { ValueKind: JsonValueKind.Array } list) throw new FormatException($"'{_at}{name}' is no array.");
            var items = new List<T>(list.GetArrayLength());
            foreach (JsonElement item in list.EnumerateArray()) items.Add(Read(name, item.ValueKind == JsonValueKind.String ? item.GetString()! : "", read));
            return items;
        }

        private T Read<T>(string name, string text, Func<string, T> read)
        {
            try
            {
                return read(text);
            }
            catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
            {
                throw new FormatException($"'{_at}{name}' cannot be read.", e);
            }
        }
    }
}
