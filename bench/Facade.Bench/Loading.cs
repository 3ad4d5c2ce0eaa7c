using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Consortium.Facade.Bench;

/// <summary>The load: each connection sends its next request when the last is answered.</summary>
internal static class Loading
{
    public static async Task<int> RunAsync(int port, string kind, int seconds, int connections, int seed, int patients)
    {
        var load = new Load(kind, seed, patients);
        long deadline = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
        Stopwatch clock = Stopwatch.StartNew();
        List<double>[] times = await Task.WhenAll(Enumerable.Range(0, connections).Select(connection => Task.Run(() => OneAsync(port, load.Connection(connection), deadline))));
        double elapsed = clock.Elapsed.TotalSeconds;
        double[] all = [.. times.SelectMany(one => one).Order()];
        if (all.Length == 0) throw new InvalidOperationException("Nothing was answered.");
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            kind, connections, seconds = Math.Round(elapsed, 2), requests = all.Length,
            perSecond = Math.Round(all.Length * load.UnitsARequest / elapsed), unit = load.UnitsARequest == 1 ? "requests" : "resources",
            millisecondsP50 = Math.Round(all[all.Length / 2], 2), millisecondsP99 = Math.Round(all[(int)(all.Length * 0.99)], 2), millisecondsMax = Math.Round(all[^1], 2),
        }));
        return 0;
    }

    private static async Task<List<double>> OneAsync(int port, IEnumerator<Call> calls, long deadline)
    {
        using var connection = new RawConnection(port);
        await connection.ConnectAsync();
        List<double> times = [];
        while (Stopwatch.GetTimestamp() < deadline && calls.MoveNext())
        {
            Call call = calls.Current;
            long from = Stopwatch.GetTimestamp();
            (int status, int bytes) = await connection.SendAsync(call.Method, call.Path, call.Body);
            times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
            if (status is < 200 or >= 300 || bytes < call.LeastBytes) throw new InvalidOperationException($"{call.Method} {call.Path} was answered {status} with {bytes} bytes.");
        }

        return times;
    }
}

/// <summary>One request and the least that a good answer has.</summary>
internal readonly record struct Call(string Method, string Path, byte[]? Body = null, int LeastBytes = 0);

/// <summary>The requests of one kind of load.</summary>
internal sealed class Load(string kind, int seed, int patients)
{
    private const int PatientsABundle = 25;

    /// <summary>What is counted in one request: resources of an import, else itself.</summary>
    public int UnitsARequest => kind.EndsWith("import", StringComparison.Ordinal) ? PatientsABundle * Hospital.ResourcesOfAPatient : 1;

    public IEnumerator<Call> Connection(int connection) => (kind switch
    {
        "crud" => Crud("/fhir", connection),
        "floor-crud" => Crud("/floor", connection),
        "import" => Import("/fhir", connection),
        "floor-import" => Import("/floor", connection),
        "search" => Search(connection),
        "floor-search" => FloorSearch(connection),
        "read" => Read("/fhir", connection),
        "floor-read" => Read("/floor", connection),
        _ => Kind(kind, connection),
    }).GetEnumerator();

    // Create (under a new id), read, update, read, delete: every connection on resources of its own.
    private IEnumerable<Call> Crud(string prefix, int connection)
    {
        for (int number = 0; ; number++)
        {
            int patient = 100_000_000 + (seed * 1_000_000) + (connection * 20_000) + number;
            int item = number % 3 == 0 ? 0 : 10;
            (string type, string id) = Hospital.Key(patient, item);
            string path = $"{prefix}/{type}/{id}";
            yield return new Call("PUT", path, Encoding.UTF8.GetBytes(Hospital.Resource(patient, item)));
            yield return new Call("GET", path, LeastBytes: 400);
            yield return new Call("PUT", path, Encoding.UTF8.GetBytes(Hospital.Resource(patient, item, edition: 1)));
            yield return new Call("GET", path, LeastBytes: 400);
            yield return new Call("DELETE", path);
        }
    }

    private IEnumerable<Call> Import(string prefix, int connection)
    {
        for (int number = 0; ; number++)
        {
            yield return new Call("POST", prefix, Hospital.Transaction(50_000_000 + (seed * 1_000_000) + (connection * 100_000) + (number * PatientsABundle), PatientsABundle));
        }
    }

    private IEnumerable<Call> Read(string prefix, int connection)
    {
        var random = new Random((seed * 1000) + connection);
        while (true)
        {
            (string type, string id) = Hospital.Key(random.Next(patients), random.Next(Hospital.ResourcesOfAPatient));
            yield return new Call("GET", $"{prefix}/{type}/{id}", LeastBytes: 400);
        }
    }

    // What a ward's screens ask, in about these shares; each kind alone can be asked for by its name.
    private static readonly string[] s_mix =
    [
        "identifier", "identifier", "identifier", "patient-code", "patient-code", "patient-code", "patient-date", "patient-date", "latest", "latest",
        "conditions", "encounters", "encounters", "name", "code-page", "day", "chain", "has", "include", "value",
    ];

    private IEnumerable<Call> Search(int connection)
    {
        var random = new Random((seed * 1000) + connection);
        while (true) yield return One(s_mix[random.Next(s_mix.Length)], random);
    }

    private IEnumerable<Call> Kind(string one, int connection)
    {
        var random = new Random((seed * 1000) + connection);
        while (true) yield return One(one, random);
    }

    private Call One(string which, Random random)
    {
        int patient = random.Next(patients), number = random.Next(100);
        string id = Hospital.Key(patient, 0).Id;
        DateOnly day = Hospital.Day(patient, number % Hospital.ResourcesOfAPatient);
        string query = which switch
        {
            "identifier" => $"Patient?identifier=urn:oid:2.16.840.1.113883.19.5|{Hospital.Mrn(patient)}",
            "patient-code" => $"Observation?patient={id}&code=http://loinc.org|{Hospital.Test(number)}",
            "patient-date" => $"Observation?patient={id}&date=ge{day.AddDays(-400):yyyy-MM-dd}&date=lt{day.AddDays(400):yyyy-MM-dd}",
            "latest" => $"Observation?patient={id}&category=laboratory&_sort=-date&_count=10",
            "conditions" => $"Condition?patient={id}&clinical-status=active",
            "encounters" => $"Encounter?patient={id}&_sort=-date&_count=10",
            "name" => $"Patient?family={Uri.EscapeDataString(Hospital.Family(patient))}&birthdate=ge1950-01-01&_count=20",
            "code-page" => $"Condition?code=http://hl7.org/fhir/sid/icd-10|{Hospital.Disease(number)}&_count=20",
            "day" => $"Encounter?date={day:yyyy-MM-dd}&_count=20",
            "chain" => $"Observation?patient.identifier=urn:oid:2.16.840.1.113883.19.5|{Hospital.Mrn(patient)}&_count=20",
            "has" => $"Patient?_has:Observation:patient:identifier=urn:oid:2.16.840.1.113883.19.7|L{patient:D8}-10",
            "include" => $"MedicationRequest?patient={id}&_include=MedicationRequest:patient&_include=MedicationRequest:encounter",
            "value" => $"Observation?patient={id}&code-value-quantity=http://loinc.org|718-7$gt10",
            _ => throw new ArgumentException($"'{which}' is no kind of load."),
        };
        return new Call("GET", "/fhir/" + query, LeastBytes: 100);
    }

    // Seven resources: what a page of the mix has on average.
    private IEnumerable<Call> FloorSearch(int connection)
    {
        var random = new Random((seed * 1000) + connection);
        while (true)
        {
            (string type, string id) = Hospital.Key(random.Next(patients), random.Next(Hospital.ResourcesOfAPatient));
            yield return new Call("GET", $"/floor/page/{type}?from={id}&count=7", LeastBytes: 400);
        }
    }
}
