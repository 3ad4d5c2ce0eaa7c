using Consortium.Adapters.Narrative;

namespace Consortium.Adapters.Tests.Narrative;

/// <summary>Lines of English medication lists as hospitals write them: what is read is exact, what has two readings stays text, what is no dose is not read as one.</summary>
public class EnglishMedicationTests
{
    [Theory]
    [InlineData("Lisinopril 10 mg PO daily", "Lisinopril", "10 mg", "1/1/d", null)]
    [InlineData("Amoxicillin 875 mg PO b.i.d. x 7 days", "Amoxicillin", "875 mg", "2/1/d", "7 d")]
    [InlineData("Amoxicillin 875 mg p.o. b.i.d. for 10 days, #20, no refills", "Amoxicillin", "875 mg", "2/1/d", "10 d")]
    [InlineData("Lisinopril 10 mg PO daily #30 refills 3", "Lisinopril", "10 mg", "1/1/d", null)]
    [InlineData("Lisinopril daily #30", "Lisinopril", null, "1/1/d", null)]
    [InlineData("Zolpidem 5 mg daily at bedtime", "Zolpidem", "5 mg", "1/1/d/HS", null)]
    [InlineData("Prilosec 20 mg q.d.", "Prilosec", "20 mg", "1/1/d", null)]
    [InlineData("Lipitor 20 mg q.h.s.", "Lipitor", "20 mg", "1/1/d/HS", null)]
    [InlineData("Vancomycin 1.25 g IV Q 12 hours", "Vancomycin", "1.25 g", "1/12/h", null)]
    [InlineData("Fentanyl patch 25 mcg/hr every 72 hours", "Fentanyl patch", "25 mcg/hr", "1/72/h", null)]
    [InlineData("Humira 40 mg SC every 2 weeks", "Humira", "40 mg", "1/2/wk", null)]
    [InlineData("Lorazepam 0.5-1 mg PO q6h PRN anxiety", "Lorazepam", "0.5-1 mg", "1/6/h", null)]
    [InlineData("Albuterol inhaler 2 puffs q4h prn wheezing", "Albuterol inhaler", "2 puffs", "1/4/h", null)]
    [InlineData("Amoxicillin 500 mg/5 mL suspension, 10 mL PO TID", "Amoxicillin 500 mg/5 mL", "10 mL", "3/1/d", null)]
    [InlineData("Albuterol sulfate 90 mcg/actuation HFA 2 puffs inhaled q4h", "Albuterol sulfate 90 mcg/actuation", "2 puffs", "1/4/h", null)]
    [InlineData("Docusate Sodium 100 mg Capsule Sig: One (1) Capsule PO BID (2 times a day).", "Docusate Sodium 100 mg", "1 Capsule", "2/1/d", null)]
    [InlineData("Acetaminophen 325 mg Tablet Sig: Two (2) Tablet PO Q6H (every 6 hours) as needed for fever.", "Acetaminophen 325 mg", "2 Tablet", "1/6/h", null)]
    [InlineData("Metoprolol 25 mg BID (started 3/14)", "Metoprolol", "25 mg", "2/1/d", null)]
    [InlineData("Warfarin 5 mg daily since 11/10", "Warfarin", "5 mg", "1/1/d", null)]
    [InlineData("Warfarin 5 mg daily, goal INR 2-3", "Warfarin", "5 mg", "1/1/d", null)]
    [InlineData("Metoprolol 25 mg BID, hold for SBP < 100", "Metoprolol", "25 mg", "2/1/d", null)]
    [InlineData("Levothyroxine 112 mcg daily (call 555-1234)", "Levothyroxine", "112 mcg", "1/1/d", null)]
    [InlineData("Continue lisinopril 10 mg daily", "lisinopril", "10 mg", "1/1/d", null)]
    public void A_line_is_read_as_it_is_meant(string line, string product, string? dose, string? frequency, string? duration) => Is(line, product, dose, frequency, duration);

    // Wrong by a factor if it were read at all: half a tablet, the second substance's strength, a rate, digits in groups, a dose that changes.
    [Theory]
    [InlineData("Metoprolol 1/2 tab PO BID", "Metoprolol", "2/1/d")]
    [InlineData("Metoprolol 1 1/2 tabs BID", "Metoprolol", "2/1/d")]
    [InlineData("Metoprolol tartrate 25 mg tablet, take 1/2 tablet by mouth twice daily", "Metoprolol tartrate", "2/1/d")]
    [InlineData("Augmentin 875/125 mg BID", "Augmentin 875/125 mg", "2/1/d")]
    [InlineData("Percocet 5/325 1-2 tabs prn pain", "Percocet 5/325", null)]
    [InlineData("Heparin 1,000 units IV", "Heparin", null)]
    [InlineData("Aspirin one (2) tablet daily", "Aspirin", "1/1/d")]
    [InlineData("Prednisone 40 mg daily, taper by 2.5 mg weekly", "Prednisone", null)]
    [InlineData("Prednisone taper: 60 mg x3 days, 40 mg x3 days, 20 mg x3 days", "Prednisone", null)]
    [InlineData("Furosemide 40 mg in the morning and 20 mg in the evening", "Furosemide", null)]
    [InlineData("NPH 20 units in the morning, 10 units at night", "NPH", null)]
    [InlineData("Warfarin 5 mg Mon/Wed/Fri, 2.5 mg other days", "Warfarin", null)]
    [InlineData("Gabapentin 300 mg TID, increase to 600 mg TID in 1 week", "Gabapentin", "3/1/d")]
    [InlineData("Insulin lispro per sliding scale: 150-200 2 units, 201-250 4 units", "Insulin lispro", null)]
    [InlineData("Warfarin since 2019", "Warfarin", null)]
    [InlineData("Tylenol prn", "Tylenol", null)]
    [InlineData("Tylenol", "Tylenol", null)]
    public void A_dose_that_has_no_one_reading_stays_text(string line, string product, string? frequency) => Is(line, product, null, frequency, null);

    [Fact]
    public void Twelve_hundred_units_an_hour_are_a_rate() => Is("Heparin 1200 units/hr IV", "Heparin", "1200 units/hr", null, null);

    [Theory]
    [InlineData("Latanoprost 1 drop OD qhs", "1/1/d/NIGHT")]
    [InlineData("Latanoprost 1 drop OD", null)]
    public void The_right_eye_is_no_frequency(string line, string? frequency) => Is(line, "Latanoprost", frequency is null ? null : "1 drop", frequency, null);

    [Theory]
    [InlineData("Weigh yourself daily")]
    [InlineData("Check blood sugar 4 times a day")]
    [InlineData("Not taking: warfarin")]
    [InlineData("No aspirin")]
    [InlineData("Consider starting metformin 500 mg bid")]
    [InlineData("Aspirin 325 mg (stopped)")]
    public void What_is_not_taken_or_is_no_drug_is_none(string line) => Assert.Empty(Drugs(line));

    [Fact]
    public void Drugs_under_a_heading_of_stopped_ones_are_stopped()
    {
        DrugFact[] drugs = [.. Drugs("1. Levothyroxine 112 mcg daily\n2. Calcium carbonate with vitamin D\nSTOPPED: lactulose, rifaximin, nadolol")];
        Assert.Equal(["lactulose", "rifaximin", "nadolol"], drugs.Where(drug => drug.IsStopped).Select(drug => drug.Name).Select(name => Read("1. Levothyroxine 112 mcg daily\n2. Calcium carbonate with vitamin D\nSTOPPED: lactulose, rifaximin, nadolol").Text[name]));
        Assert.Contains(drugs, drug => !drug.IsStopped && drug.Dose is null);
    }

    [Fact]
    public void Five_times_daily_is_not_daily() => Is("Levodopa 100 mg x5 daily", "Levodopa", "100 mg", "5/1/d", null);

    [Fact]
    public void Several_drugs_in_one_line_are_several() => Assert.Equal(["10 mg", "25 mg", "40 mg"], Drugs("Lisinopril 10 mg daily, metoprolol 25 mg bid, and atorvastatin 40 mg qhs.").Select(Dose));

    [Theory]
    [InlineData("Aspirin 81 daily")]
    [InlineData("Lasix 40 PO daily")]
    [InlineData("Cholecalciferol 2000 daily")]
    [InlineData("Metoprolol dose 25 bid")]
    [InlineData("Sinemet 25/100 tid")]
    public void A_dose_without_a_unit_is_refused(string line) => Assert.Contains("unit", Assert.Single(Read(line).Issues, issue => issue.Severity == Consortium.Fhir.IssueSeverity.Error).Diagnostics, StringComparison.Ordinal);

    private static void Is(string line, string product, string? dose, string? frequency, string? duration)
    {
        NoteReading reading = Read(line);
        Assert.False(reading.IsRefused, string.Join('\n', reading.Issues.Select(issue => issue.Diagnostics)));
        DrugFact drug = Assert.Single(reading.Facts.OfType<DrugFact>());
        Assert.Equal(product, reading.Text[drug.Product]);
        Assert.Equal(dose, Dose(drug));
        Assert.Equal(frequency, drug.Frequency?.Extra);
        Assert.Equal(duration, drug.Duration is null ? null : $"{drug.Duration.Digits} {drug.DurationUnit}");
    }

    private static string? Dose(DrugFact drug) => drug.Dose is null ? null : $"{drug.Dose.Digits}{(drug.DoseHigh is null ? "" : "-" + drug.DoseHigh.Digits)} {drug.DoseUnit}";

    private static IEnumerable<DrugFact> Drugs(string line) => Read(line).Facts.OfType<DrugFact>();

    private static NoteReading Read(string line) => Notes.Read($"DISCHARGE SUMMARY\nPatient: Some Body   MRN: 1234\nDate: 2024-03-05\nDISCHARGE MEDICATIONS:\n{line}\n");
}
