using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Consortium.Fhir.Bench;

/// <summary>Large inputs, made here: a Bundle with a reference in every entry, and NDJSON without end.</summary>
internal static class Generated
{
    /// <summary>Validates a collection Bundle where every Observation refers to the Patient before it, as a command's first work.</summary>
    public static int ValidateBundle(int entries)
    {
        byte[] bundle = Bundle(entries);
        Stopwatch clock = Stopwatch.StartNew();
        ValidationResult result = FhirValidator.R4.Validate(bundle);
        double seconds = clock.Elapsed.TotalSeconds;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            entries, megabytes = Math.Round(bundle.Length / 1e6, 1), seconds = Math.Round(seconds, 3), errors = result.Errors, warnings = result.Warnings,
        }));
        return result.Errors == 0 ? 0 : 1;
    }

    public static int WriteNdjson(int lines, string folder)
    {
        // Lines of the official examples under 4 kB, again and again, as an export of a hospital would look.
        byte[][] resources = [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(b => b.Length < 4000).Select(Compact)];
        using Stream output = Console.OpenStandardOutput();
        using BufferedStream buffered = new(output, 1 << 20);
        for (int i = 0; i < lines; i++)
        {
            buffered.Write(resources[i % resources.Length]);
            buffered.WriteByte((byte)'\n');
        }

        return 0;
    }

    private static byte[] Compact(byte[] json)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            JsonDocument.Parse(json).WriteTo(writer);
        }

        return stream.ToArray();
    }

    private static byte[] Bundle(int entries)
    {
        StringBuilder json = new("""{"resourceType":"Bundle","type":"collection","entry":[""");
        for (int i = 0; i < entries; i++)
        {
            if (i > 0) json.Append(',');
            if (i % 2 == 0)
            {
                json.Append(CultureInfo.InvariantCulture, $$$"""{"fullUrl":"http://example.org/fhir/Patient/p{{{i}}}","resource":{"resourceType":"Patient","id":"p{{{i}}}","managingOrganization":{"reference":"Organization/o"},"gender":"female","birthDate":"1984-05-12"}}""");
            }
            else
            {
                json.Append(CultureInfo.InvariantCulture, $$$"""{"fullUrl":"http://example.org/fhir/Observation/o{{{i}}}","resource":{"resourceType":"Observation","id":"o{{{i}}}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"718-7"}]},"subject":{"reference":"Patient/p{{{i - 1}}}"},"valueQuantity":{"value":13.5,"unit":"g/dL","system":"http://unitsofmeasure.org","code":"g/dL"} } }""");
            }
        }

        return Encoding.UTF8.GetBytes(json.Append("]}").ToString());
    }
}
