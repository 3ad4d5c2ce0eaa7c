using System.Collections.Frozen;

namespace Consortium.Adapters.Chinese;

/// <summary>A laboratory test that the table of tests knows.</summary>
/// <param name="Names">As written, folded.</param>
/// <param name="Loinc">The LOINC code, or null where none is safe.</param>
/// <param name="Display">Its LOINC name.</param>
/// <param name="UcumUnits">The units under which the code holds; empty for results in words.</param>
/// <param name="Specimen"><c>blood</c>, <c>urine</c> … or null.</param>
/// <param name="Implied">Which names say the specimen by themselves.</param>
internal sealed record LaboratoryTest(
    IReadOnlyList<string> Names, string? Loinc, string? Display, IReadOnlyList<string> UcumUnits, string? Specimen, string Implied)
{
    /// <summary>True where the test's results have no unit, such as INR.</summary>
    public bool IsUnitless => UcumUnits is ["1"];

    /// <summary>
    /// The code, where name, unit and specimen leave no other reading: a glucose of unknown specimen is not coded as one of serum.
    /// </summary>
    /// <param name="name">The name as written, folded.</param>
    /// <param name="ucum">The result's unit; null for a result in words or without a unit.</param>
    /// <param name="specimen">The specimen that the record names; null where it names none.</param>
    public string? CodeFor(string name, string? ucum, string? specimen)
    {
        if (Loinc is null) return null;
        bool unitFits = UcumUnits.Count == 0 ? ucum is null : IsUnitless ? ucum is null : ucum is not null && UcumUnits.Contains(ucum);
        if (!unitFits) return null;
        if (specimen is not null) return specimen == Specimen ? Loinc : null;
        bool implied = Implied is "yes" or "unit"
            || (Implied.StartsWith("named:", StringComparison.Ordinal) && Implied["named:".Length..].Split('|').Contains(name, StringComparer.Ordinal));
        return implied ? Loinc : null;
    }
}

/// <summary>The tests of <c>laboratory-tests.tsv</c> by name.</summary>
internal sealed class LaboratoryTests
{
    private readonly FrozenDictionary<string, LaboratoryTest> _byName;
    private readonly FrozenDictionary<string, LaboratoryTest[]> _all;

    private LaboratoryTests(Dictionary<string, List<LaboratoryTest>> all)
    {
        _all = all.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.ToArray(), StringComparer.Ordinal);
        _byName = all.ToFrozenDictionary(pair => pair.Key, pair => pair.Value[0], StringComparer.Ordinal);
    }

    /// <summary>The built-in table.</summary>
    public static LaboratoryTests BuiltIn { get; } = Load();

    /// <summary>Every written name.</summary>
    public IEnumerable<KeyValuePair<string, LaboratoryTest>> ByName => _byName;

    /// <summary>The test of that folded name, or null.</summary>
    public LaboratoryTest? Find(string foldedName) => _byName.GetValueOrDefault(foldedName.Trim());

    /// <summary>The test of that folded name that is measured in a unit: creatinine in μmol/L and in mg/dL are two codes. Where none is, the first of the name.</summary>
    public LaboratoryTest? Find(string foldedName, string? ucum)
    {
        if (!_all.TryGetValue(foldedName, out LaboratoryTest[]? tests)) return null;
        return ucum is null ? tests[0] : Array.Find(tests, test => test.UcumUnits.Contains(ucum)) ?? tests[0];
    }

    private static LaboratoryTests Load()
    {
        var byName = new Dictionary<string, List<LaboratoryTest>>(StringComparer.Ordinal);
        foreach (DataRow row in DataTable.BuiltIn("laboratory-tests.tsv", 6))
        {
            string[] names = [.. row.Cells[0].Split('|').Select(Folding.Fold)];
            var test = new LaboratoryTest(names, row[1], row[2], row[3]?.Split('|') ?? [], row[4], row.Cells[5]);
            foreach (string name in names)
            {
                if (!byName.TryGetValue(name, out List<LaboratoryTest>? tests)) byName.Add(name, tests = []);
                if (tests.Exists(other => other.UcumUnits.Intersect(test.UcumUnits).Any() || test.UcumUnits.Count == 0)) throw row.Fault("a name stands above already with one of these units.");
                tests.Add(test);
            }
        }

        return new LaboratoryTests(byName);
    }
}
