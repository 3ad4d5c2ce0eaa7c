using Consortium.Adapters.Narrative;
using Consortium.Adapters.Narrative.Facts;

namespace Consortium.Adapters.Tests.Narrative.Facts;

/// <summary>The English rules on sentences of their own; each line of an expectation is <c>category assertion: text</c>.</summary>
public sealed class EnglishFactsTests
{
    private static readonly FactFinder Finder = FactFinder.ForSite();

    [Theory]
    [InlineData("The patient denies fever, cough, or chest pain.", "Symptom Negated: fever", "Symptom Negated: cough", "Symptom Negated: chest pain")]
    [InlineData("There was no fever, but the patient reports cough today.", "Symptom Negated: fever", "Symptom Present: cough")]
    [InlineData("Pulmonary embolism was ruled out yesterday evening.", "Disease Negated: Pulmonary embolism")]
    [InlineData("The team cannot rule out pneumonia at this time.", "Disease Uncertain: pneumonia")]
    [InlineData("She was found to have possible pneumonia today.", "Disease Uncertain: pneumonia")]
    [InlineData("Please return if fever or vomiting develops again.", "Symptom Hypothetical: fever", "Symptom Hypothetical: vomiting")]
    [InlineData("Her mother had breast cancer and her father had asthma.", "Disease Other: breast cancer", "Disease Other: asthma")]
    [InlineData("Her husband reports cough since yesterday morning.", "Symptom Present: cough")]
    [InlineData("No family history of breast cancer was reported.", "Disease Negated: breast cancer")]
    public void A_cue_reaches_its_findings_and_no_further(string text, params string[] expected) => Assert.Equal(expected, Found(text));

    [Theory]
    [InlineData("She has hyperlipidemia, type 2 diabetes mellitus, and gout.", "Disease Present: hyperlipidemia", "Disease Present: type 2 diabetes mellitus", "Disease Present: gout")]
    [InlineData("She has uncontrolled diabetes mellitus today.", "Disease Present: uncontrolled diabetes mellitus")]
    [InlineData("He was admitted with a systolic heart failure exacerbation.", "Disease Present: systolic heart failure exacerbation")]
    [InlineData("He was treated with carboplatin and paclitaxel in spring.", "Drug Present: carboplatin", "Drug Present: paclitaxel")]
    [InlineData("Infectious Diseases consult on Monday, follow up in stroke clinic.")]
    public void A_diagnosis_is_read_as_far_as_it_goes(string text, params string[] expected) => Assert.Equal(expected, Found(text));

    [Fact]
    public void A_section_says_how_its_findings_are_meant()
    {
        const string text = "PAST MEDICAL HISTORY:\nAsthma\n\nFAMILY HISTORY: Stroke in the grandmother.\n\nASSESSMENT: Pneumonia.\n";
        Assert.Equal(["Disease Historical: Asthma", "Disease Other: Stroke", "Disease Present: Pneumonia"], Found(text));
    }

    [Theory]
    [InlineData("Today the hemoglobin of 9.8 g/dL was noted.", "hemoglobin of 9.8 g/dL", "hemoglobin")]
    [InlineData("The laboratory reported sodium 138 mmol/L today.", "sodium 138 mmol/L", "sodium")]
    [InlineData("Morning creatinine: 1.3 mg/dL (H) today again.", "creatinine: 1.3 mg/dL (H)", "creatinine")]
    public void A_laboratory_value_runs_from_its_name_to_its_flag(string text, string span, string name)
    {
        Fact fact = Assert.Single(Finder.Find(text), f => f.Category == FactCategory.Lab);
        Assert.Equal(span, fact.Text);
        Assert.Equal(name, text[fact.Name!.Value.Start..fact.Name.Value.End]);
    }

    [Fact]
    public void A_row_of_vital_signs_is_cut_at_the_next_name()
    {
        const string text = "Vital signs this morning were BP 138/82 HR 76 RR 18 T 98.6 F O2 sat 97% on RA";
        Assert.Equal(["BP 138/82", "HR 76", "RR 18", "T 98.6 F", "O2 sat 97%"], Finder.Find(text).Where(f => f.Category == FactCategory.Vital).Select(f => f.Text));
    }

    [Fact]
    public void The_next_name_of_a_panel_is_not_the_unit_of_the_one_before() =>
        Assert.Equal(["K 4.6", "Mg 2.4"], Finder.Find("Morning laboratory values: K 4.6 Mg 2.4 today").Where(f => f.Category == FactCategory.Lab).Select(f => f.Text));

    [Theory]
    [InlineData("VS: 98.6 72 18 120/80 95% RA", "98.6", "72", "18", "120/80", "95%")]
    [InlineData("Vitals: 97.9, 118/72, 76, 18, 98% 2L", "97.9", "118/72", "76", "18", "98%")]
    public void Vital_signs_without_names_are_told_by_form_and_place(string text, params string[] expected) =>
        Assert.Equal(expected, Finder.Find("The patient was seen in the clinic.\n" + text).Where(f => f.Category == FactCategory.Vital).Select(f => f.Text));

    [Theory]
    [InlineData("VS: 98.6 18 72 120/80")]
    [InlineData("Seen at 12 14 16 120/80 today with the team.")]
    public void A_row_that_can_be_read_otherwise_is_none(string text) =>
        Assert.DoesNotContain(Finder.Find("The patient was seen in the clinic.\n" + text), f => f.Category == FactCategory.Vital);

    [Theory]
    [InlineData("Today Chem7: 138|102|18/4.1|24|1.0<112 was drawn.", "Chem7: 138|102|18/4.1|24|1.0<112")]
    [InlineData("Today CBC: 7.8>12.4/37.2<245 was drawn.", "CBC: 7.8>12.4/37.2<245")]
    [InlineData("Her WBC 18.4 -> 12.1 -> 8.9 was better.", "WBC 18.4")]
    [InlineData("Her Hgb 9.8→8.4 g/dL was worse.", "Hgb 9.8")]
    [InlineData("WBC 12.3×10~9/L", "WBC 12.3×10~9/L")]
    public void A_drawn_panel_is_one_fact_and_of_values_with_arrows_the_first_is(string text, string expected) => Assert.Equal(expected, Assert.Single(Finder.Find(text), f => f.Category == FactCategory.Lab).Text);

    [Theory]
    [InlineData("Home medication is insulin glargine 100 unit/mL daily.", "insulin glargine")]
    [InlineData("We gave IV vancomycin for the fever.", "vancomycin")]
    public void How_strong_a_solution_is_and_its_route_stay_outside(string text, string drug)
    {
        Assert.Equal(drug, Assert.Single(Finder.Find(text), f => f.Category == FactCategory.Drug).Text);
        Assert.DoesNotContain(Finder.Find(text), f => f.Category == FactCategory.Lab);
    }

    [Theory]
    [InlineData("The number 36 bus stopped at T 12 station today.")]
    [InlineData("Reviewed on 03/14/2026 with the ward team again.")]
    public void A_letter_or_a_date_is_no_measurement(string text) => Assert.DoesNotContain(Finder.Find(text), f => f.Category is FactCategory.Vital or FactCategory.Lab);

    [Theory]
    [InlineData("He takes metformin 1000 mg twice daily with meals.", "metformin")]
    [InlineData("Continue heparin drip overnight with the usual protocol.", "heparin")]
    public void Dose_form_and_frequency_stay_outside_of_a_drug(string text, string drug) =>
        Assert.Equal(drug, Assert.Single(Finder.Find(text), f => f.Category == FactCategory.Drug).Text);

    [Theory]
    [InlineData("He was admitted with acute left femoral neck fracture yesterday.", "acute left femoral neck fracture")]
    [InlineData("Biopsy confirmed invasive ductal carcinoma of the left breast today.", "invasive ductal carcinoma of the left breast")]
    public void A_diagnosis_grows_to_its_phrase(string text, string phrase) =>
        Assert.Equal(phrase, Assert.Single(Finder.Find(text), f => f.Category == FactCategory.Disease).Text);

    [Theory]
    [InlineData("06:30AM BLOOD WBC-12.3* RBC-4.5 Hgb-13.2 Plt Ct-210", "WBC-12.3*", "RBC-4.5", "Hgb-13.2", "Plt Ct-210")]
    [InlineData("BLOOD PT-13.5* PTT-28.4 INR(PT)-1.2*", "PT-13.5*", "PTT-28.4", "INR(PT)-1.2*")]
    [InlineData("UreaN-20 Creat-1.1 Na-140 K-4.2 Cl-101 HCO3-26 AnGap-17", "UreaN-20", "Creat-1.1", "Na-140", "K-4.2", "Cl-101", "HCO3-26", "AnGap-17")]
    [InlineData("Nitrite-NEG Glucose-NEG pH-6.5", "Nitrite-NEG", "Glucose-NEG", "pH-6.5")]
    [InlineData("WBC 15.2K, plts 234K", "WBC 15.2K", "plts 234K")]
    [InlineData("Her creatinine rose from 1.0 to 1.4 overnight.", "creatinine rose from 1.0 to 1.4")]
    [InlineData("ABG: 7.35/48/60/26 on two liters.", "ABG: 7.35/48/60/26")]
    [InlineData("INR subtherapeutic at 1.4", "INR subtherapeutic at 1.4")]
    [InlineData("An elevated PSA 11.4 ng/mL was found.", "PSA 11.4 ng/mL")]
    [InlineData("troponin <0.01, hematocrit 32%, A1c 7.8%", "troponin <0.01", "hematocrit 32%", "A1c 7.8%")]
    [InlineData("A CA-125 and an IL-6 were sent.")]
    [InlineData("Compared with the CT 07/08/2026 there is no change.")]
    public void Values_are_read_as_laboratories_print_them(string text, params string[] values) =>
        Assert.Equal(values, Finder.Find(text).Where(f => f.Category == FactCategory.Lab).Select(f => f.Text));

    [Theory]
    [InlineData("BP: (!) 152/90 and later 140/80", "BP: (!) 152/90")]
    [InlineData("heart rate 80s, blood pressure 110s/60s", "heart rate 80s", "blood pressure 110s/60s")]
    [InlineData("Wt: 180 lbs Ht: 5'10\"", "Wt: 180 lbs", "Ht: 5'10\"")]
    [InlineData("height 5 feet 10 inches, weight 85 kg", "height 5 feet 10 inches", "weight 85 kg")]
    public void Vital_signs_are_read_as_they_are_written(string text, params string[] values) =>
        Assert.Equal(values, Finder.Find(text).Where(f => f.Category == FactCategory.Vital).Select(f => f.Text));

    [Theory]
    [InlineData("ESRD on hemodialysis", "Disease Present: ESRD", "Treatment Present: hemodialysis")]
    [InlineData("rales at the bases", "Symptom Present: rales")]
    [InlineData("colonoscopy with polypectomy", "Test Present: colonoscopy", "Procedure Present: polypectomy")]
    [InlineData("small bowel obstruction", "Disease Present: small bowel obstruction")]
    [InlineData("The PICC line is clean and dry.")]
    [InlineData("A PICC line was placed yesterday.", "Procedure Present: PICC line")]
    [InlineData("He received FOLFOX and R-CHOP last year.", "Treatment Historical: FOLFOX", "Treatment Historical: R-CHOP")]
    public void A_row_of_two_terms_is_two_facts_and_a_thing_is_none(string text, params string[] expected) => Assert.Equal(expected, Found(text));

    [Fact]
    public void A_plural_and_a_hyphen_are_folded_away()
    {
        Assert.Contains("Disease Present: Community-acquired pneumonia", Found("Community-acquired pneumonia was treated at home with success."));
        Assert.Contains("Symptom Present: seizures", Found("Several seizures were witnessed by the nursing staff today."));
    }

    [Fact]
    public void An_abbreviation_in_lower_case_is_a_word() =>
        Assert.DoesNotContain(Finder.Find("Please give us the report of all patients."), f => f.Text is "us" or "all");

    [Fact]
    public void Offsets_count_code_points_beyond_the_basic_plane()
    {
        const string text = "\U0001F600 The patient reports cough today.";
        Fact cough = Assert.Single(Finder.Find(text), f => f.Category == FactCategory.Symptom);
        Assert.Equal(text.IndexOf("cough", StringComparison.Ordinal) - 1, cough.Start);
        Assert.Equal("cough", cough.Text);
    }

    [Fact]
    public void Every_number_of_a_measurement_is_as_it_was_written()
    {
        var random = new Random(20261122);
        for (int i = 0; i < 200; i++)
        {
            string value = (random.Next(10, 4000) / 10m).ToString(System.Globalization.CultureInfo.InvariantCulture);
            string text = $"The repeat potassium was {value} mmol/L this morning.";
            Fact fact = Assert.Single(Finder.Find(text), f => f.Category == FactCategory.Lab);
            Assert.Equal($"potassium was {value} mmol/L", fact.Text);
            Assert.Equal(fact.Text, text[fact.Start..fact.End]);
        }
    }

    private static IEnumerable<string> Found(string text) =>
        Finder.Find(text).Where(f => f.Category != FactCategory.Body).Select(f => $"{f.Category} {f.Assertion}: {f.Text}");
}
