using System.Globalization;
using System.Text;

namespace Consortium.Integrity.Bench;

/// <summary>Observations of about 1.5 kB and 30 scalars, all different, as a laboratory's interface makes them.</summary>
internal static class Observations
{
    private static readonly (string Code, string Name, string Unit)[] s_tests =
        [("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L"), ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L"), ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL"), ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL")];

    public static byte[] Make(Random random)
    {
        (string code, string name, string unit) = s_tests[random.Next(s_tests.Length)];
        string patient = random.Next(1_000_000).ToString("D8", CultureInfo.InvariantCulture);
        string encounter = random.Next(1_000_000).ToString("D8", CultureInfo.InvariantCulture);
        string value = (random.Next(10, 2000) / 10m).ToString("0.0", CultureInfo.InvariantCulture);
        string when = $"2026-{random.Next(1, 13):D2}-{random.Next(1, 29):D2}T{random.Next(24):D2}:{random.Next(60):D2}:00+08:00";
        return Encoding.UTF8.GetBytes(
            $$"""
            {"resourceType":"Observation","id":"{{Guid(random)}}","meta":{"versionId":"1","lastUpdated":"{{when}}"},"identifier":[{"system":"https://hospital.example.org/fhir/sid/observation","value":"{{Guid(random)}}"}],"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"Laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"{{code}}","display":"{{name}}"}],"text":"{{name}}"},"subject":{"reference":"Patient/{{patient}}","display":"测试患者{{patient}}"},"encounter":{"reference":"Encounter/{{encounter}}"},"effectiveDateTime":"{{when}}","issued":"{{when}}","performer":[{"reference":"Practitioner/{{random.Next(1000)}}","display":"检验科 医师{{random.Next(1000)}}"}],"valueQuantity":{"value":{{value}},"unit":"{{unit}}","system":"http://unitsofmeasure.org","code":"{{unit}}"},"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"N"}]}],"note":[{"text":"标本外观正常，无溶血、脂血及黄疸；复查一次，结果一致。The sample was repeated once on the second analyser and both results agree within the laboratory's limits of imprecision."}],"referenceRange":[{"low":{"value":3.5},"high":{"value":5.1},"text":"3.5 - 5.1 {{unit}}"}]}
            """);
    }

    private static Guid Guid(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
