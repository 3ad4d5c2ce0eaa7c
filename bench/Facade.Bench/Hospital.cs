using System.Globalization;
using System.Text;

namespace Consortium.Facade.Bench;

/// <summary>
/// Fictitious records, the same for the same number: 20 resources a patient (1 Patient, 2 Encounters, 3 Conditions, 2 MedicationRequests, 12 Observations), 0.6 to 1.5 kB each.
/// </summary>
internal static class Hospital
{
    public const int ResourcesOfAPatient = 20;
    public const int Encounters = 2;
    public const int Conditions = 3;
    public const int Requests = 2;
    public const int Observations = 12;

    private static readonly string[] s_family = ["Adler", "Baker", "Chen", "Dubois", "Evans", "Fischer", "Garcia", "Huang", "Ivanov", "Jones", "Kim", "Li", "Müller", "Nakamura", "Okafor", "Park", "Quinn", "Rossi", "Singh", "Wang"];
    private static readonly string[] s_given = ["Ana", "Bo", "Clara", "David", "Elena", "Frank", "Grace", "Hao", "Ines", "Jun", "Karl", "Lena", "Ming", "Nora", "Omar", "Paul", "Qiang", "Rosa", "Sven", "Tao"];

    private static readonly (string Code, string Display, string Unit, double From, double Step)[] s_tests =
    [
        ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 9, 0.01), ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 60, 0.1),
        ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.5, 0.002), ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 128, 0.02),
        ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 3, 0.003), ("3094-0", "Urea nitrogen [Mass/volume] in Serum or Plasma", "mg/dL", 5, 0.05),
    ];

    private static readonly (string Code, string Display)[] s_diseases = [("I10", "Essential (primary) hypertension"), ("E11.9", "Type 2 diabetes mellitus"), ("J18.9", "Pneumonia, unspecified"), ("I25.1", "Atherosclerotic heart disease"), ("K29.5", "Chronic gastritis"), ("M54.5", "Low back pain")];
    private static readonly (string Code, string Display)[] s_drugs = [("J01CA04", "amoxicillin"), ("C08CA01", "amlodipine"), ("A10BA02", "metformin"), ("C10AA05", "atorvastatin")];

    public static string Mrn(int patient) => string.Create(CultureInfo.InvariantCulture, $"M{patient:D8}");

    public static string Family(int patient) => s_family[Hash(patient, 1) % s_family.Length];

    public static string Test(int number) => s_tests[number % s_tests.Length].Code;

    public static string Disease(int number) => s_diseases[number % s_diseases.Length].Code;

    public static DateOnly Day(int patient, int item) => new DateOnly(2016, 1, 1).AddDays(Hash(patient, 100 + item) % 3650);

    /// <summary>The type and id of one of a patient's resources.</summary>
    public static (string Type, string Id) Key(int patient, int item) => item switch
    {
        0 => ("Patient", Id("p", patient, 0)),
        <= Encounters => ("Encounter", Id("e", patient, item)),
        <= Encounters + Conditions => ("Condition", Id("c", patient, item)),
        <= Encounters + Conditions + Requests => ("MedicationRequest", Id("m", patient, item)),
        _ => ("Observation", Id("o", patient, item)),
    };

    /// <summary>One of a patient's resources as FHIR JSON.</summary>
    /// <param name="patient">Which patient.</param>
    /// <param name="item">0 to <see cref="ResourcesOfAPatient"/> - 1.</param>
    /// <param name="edition">Changes the content without changing what it is.</param>
    public static string Resource(int patient, int item, int edition = 0)
    {
        (string type, string id) = Key(patient, item);
        string subject = $$"""{"reference":"Patient/{{Id("p", patient, 0)}}","display":"{{Name(patient)}}"}""";
        string encounter = $$"""{"reference":"Encounter/{{Id("e", patient, 1 + (item % Encounters))}}"}""";
        string time = string.Create(CultureInfo.InvariantCulture, $"{Day(patient, item):yyyy-MM-dd}T{Hash(patient, item) % 24:D2}:{Hash(patient, item + 7) % 60:D2}:00+08:00");
        return type switch
        {
            "Patient" => $$"""{"resourceType":"Patient","id":"{{id}}","identifier":[{"use":"official","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},"system":"urn:oid:2.16.840.1.113883.19.5","value":"{{Mrn(patient)}}"}],"active":true,"name":[{"use":"official","text":"{{Name(patient)}}","family":"{{Family(patient)}}","given":["{{Given(patient)}}"]}],"telecom":[{"system":"phone","value":"+86 21 {{Hash(patient, 3) % 100000000:D8}}","use":"home"}],"gender":"{{(Hash(patient, 4) % 2 == 0 ? "male" : "female")}}","birthDate":"{{new DateOnly(1930, 1, 1).AddDays(Hash(patient, 5) % 30000):yyyy-MM-dd}}","address":[{"use":"home","line":["{{1 + (Hash(patient, 6) % 900)}} Riverside Road, edition {{edition}}"],"city":"Shanghai","postalCode":"2000{{Hash(patient, 8) % 100:D2}}","country":"CN"}]}""",
            "Encounter" => $$"""{"resourceType":"Encounter","id":"{{id}}","identifier":[{"system":"urn:oid:2.16.840.1.113883.19.6","value":"V{{patient:D8}}-{{item}}"}],"status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"{{(item == 1 ? "IMP" : "AMB")}}"},"subject":{{subject}},"period":{"start":"{{time}}","end":"{{Day(patient, item).AddDays(3):yyyy-MM-dd}}T12:00:00+08:00"},"reasonCode":[{"text":"edition {{edition}}"}]}""",
            "Condition" => $$"""{"resourceType":"Condition","id":"{{id}}","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"encounter-diagnosis"}]}],"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"{{s_diseases[Hash(patient, item) % s_diseases.Length].Code}}","display":"{{s_diseases[Hash(patient, item) % s_diseases.Length].Display}}"}]},"subject":{{subject}},"encounter":{{encounter}},"onsetDateTime":"{{time}}","recordedDate":"{{time}}","note":[{"text":"edition {{edition}}"}]}""",
            "MedicationRequest" => $$"""{"resourceType":"MedicationRequest","id":"{{id}}","status":"active","intent":"order","medicationCodeableConcept":{"coding":[{"system":"http://www.whocc.no/atc","code":"{{s_drugs[Hash(patient, item) % s_drugs.Length].Code}}","display":"{{s_drugs[Hash(patient, item) % s_drugs.Length].Display}}"}]},"subject":{{subject}},"encounter":{{encounter}},"authoredOn":"{{time}}","dosageInstruction":[{"text":"1 tablet twice a day, edition {{edition}}","timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"} },"doseAndRate":[{"doseQuantity":{"value":1,"unit":"tablet"} }]}]}""",
            _ => Observation(patient, item, id, subject, encounter, time, edition),
        };
    }

    private static string Observation(int patient, int item, string id, string subject, string encounter, string time, int edition)
    {
        (string code, string display, string unit, double from, double step) = s_tests[item % s_tests.Length];
        string value = (from + (step * (Hash(patient, item + edition) % 1000))).ToString("0.##", CultureInfo.InvariantCulture);
        string low = from.ToString("0.##", CultureInfo.InvariantCulture), high = (from + (step * 700)).ToString("0.##", CultureInfo.InvariantCulture);
        return $$"""{"resourceType":"Observation","id":"{{id}}","identifier":[{"system":"urn:oid:2.16.840.1.113883.19.7","value":"L{{patient:D8}}-{{item}}"}],"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"Laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"{{code}}","display":"{{display}}"}],"text":"{{display}}"},"subject":{{subject}},"encounter":{{encounter}},"effectiveDateTime":"{{time}}","issued":"{{time}}","performer":[{"display":"Central laboratory"}],"valueQuantity":{"value":{{value}},"unit":"{{unit}}","system":"http://unitsofmeasure.org","code":"{{unit}}"},"referenceRange":[{"low":{"value":{{low}},"unit":"{{unit}}","system":"http://unitsofmeasure.org","code":"{{unit}}"},"high":{"value":{{high}},"unit":"{{unit}}","system":"http://unitsofmeasure.org","code":"{{unit}}"} }],"note":[{"text":"edition {{edition}}"}]}""";
    }

    /// <summary>A transaction that puts resources, ten patients for instance.</summary>
    public static byte[] Transaction(int firstPatient, int patients)
    {
        var json = new StringBuilder("""{"resourceType":"Bundle","type":"transaction","entry":[""");
        for (int patient = firstPatient; patient < firstPatient + patients; patient++)
        {
            for (int item = 0; item < ResourcesOfAPatient; item++)
            {
                (string type, string id) = Key(patient, item);
                if (json[^1] != '[') json.Append(',');
                json.Append("{\"resource\":").Append(Resource(patient, item)).Append(CultureInfo.InvariantCulture, $",\"request\":{{\"method\":\"PUT\",\"url\":\"{type}/{id}\"}}}}");
            }
        }

        return Encoding.UTF8.GetBytes(json.Append("]}").ToString());
    }

    private static string Id(string kind, int patient, int item) => string.Create(CultureInfo.InvariantCulture, $"{kind}{patient}{(item == 0 ? "" : "-")}{(item == 0 ? "" : item)}");

    private static string Given(int patient) => s_given[Hash(patient, 2) % s_given.Length];

    private static string Name(int patient) => $"{Given(patient)} {Family(patient)}";

    // The same number on every machine.
    private static int Hash(int a, int b)
    {
        uint h = ((uint)a * 2654435761u) ^ ((uint)b * 2246822519u);
        h ^= h >> 15;
        h *= 2246822519u;
        h ^= h >> 13;
        return (int)(h & 0x7FFFFFFF);
    }
}
