using System.Collections.Frozen;
using Consortium.FhirFacade.Search.Indexing;

namespace Consortium.FhirFacade.Search.Parameters;

/// <summary>
/// Rows of the index that are not written, because those of other parameters say the same (decision 0236): <c>patient</c> is <c>subject</c> where that leads to a Patient,
/// <c>combo-code</c> is <c>code</c> and <c>component-code</c>. Told from the expressions of R4's definitions; a site's own parameters have all of their rows.
/// </summary>
internal sealed class SharedRows
{
    private static readonly Lazy<SharedRows> s_r4 = new(() => new SharedRows(SearchCatalog.R4));

    private readonly FrozenDictionary<int, Rows> _byNumber;

    private SharedRows(SearchCatalog catalog)
    {
        var found = new Dictionary<int, Rows>();
        foreach (string type in Consortium.Fhir.FhirR4.ResourceTypes)
        {
            // Those first whose rows may stand for others': what is found to be shared is no source.
            SearchParameter[] all = [.. catalog.Of(type).Where(parameter => parameter.IsOfOneType)
                .OrderBy(parameter => parameter.Paths.Any(path => path.TargetType is not null)).ThenBy(parameter => parameter.Paths.Length).ThenBy(parameter => parameter.Number)];
            foreach (SearchParameter parameter in all)
            {
                if (Sources(parameter, all.Where(other => !found.ContainsKey(other.Number) && !ReferenceEquals(other, parameter)), out string? targetType) is not { } sources) continue;
                // With all of the numbers behind the parameter's own; of references only the literal ones can be told by their target.
                int most = targetType is null ? SearchParameter.Numbers : 1;
                for (int i = 0; i < most; i++) found[parameter.Number + i] = new Rows([.. sources.Select(source => source.Number + i)], targetType);
            }
        }

        _byNumber = found.ToFrozenDictionary();
    }

    /// <summary>Those of R4's parameters.</summary>
    public static SharedRows R4 => s_r4.Value;

    /// <summary>Under which numbers the rows of a parameter stand, and the only type of target that counts; null where it has rows of its own.</summary>
    public Rows? Of(int number) => _byNumber.GetValueOrDefault(number);

    /// <summary>The numbers under which the rows of parameters stand, whatever the target of a reference.</summary>
    public IEnumerable<int> Numbers(IEnumerable<int> numbers) => numbers.SelectMany(number => Of(number)?.Numbers ?? [number]).Distinct();

    /// <summary>True where a row is not written.</summary>
    public bool Has(int number) => _byNumber.ContainsKey(number);

    /// <summary>True where a row is not written: a reference to another server, or to what is contained, tells no type that could be asked for, so it has its own row.</summary>
    public bool Has(in ReferenceRow row) => Of(row.Parameter) is { } rows && (rows.TargetType is null || rows.TargetType == row.TargetType);

    // The parameters that together look at the same elements.
    private static List<SearchParameter>? Sources(SearchParameter parameter, IEnumerable<SearchParameter> others, out string? targetType)
    {
        targetType = parameter.Kind == SearchParameterKind.Reference ? parameter.Paths[0].TargetType : null;
        string? only = targetType;
        if (parameter.Paths.Any(path => path.TargetType != only)) return null;
        HashSet<string> wanted = [.. parameter.Paths.Select(path => path.Path.Text)];
        SearchParameter[] candidates = [.. others.Where(other => other.Kind == parameter.Kind && other.IsText == parameter.IsText && SameParts(parameter, other)
            && other.Paths.All(path => path.TargetType is null && wanted.Contains(path.Path.Text))
            && (only is not null || other.Paths.Length < parameter.Paths.Length || other.Number < parameter.Number))]; // of two that are the same, the one with the lower number keeps its rows
        List<SearchParameter> sources = [];
        foreach (SearchParameter candidate in candidates.OrderByDescending(other => other.Paths.Length).ThenBy(other => other.Number))
        {
            if (!candidate.Paths.Any(path => wanted.Contains(path.Path.Text))) continue;
            wanted.ExceptWith(candidate.Paths.Select(path => path.Path.Text));
            sources.Add(candidate);
        }

        if (wanted.Count > 0) return null;
        return sources;
    }

    private static bool SameParts(SearchParameter one, SearchParameter other) => one.Components.Length == other.Components.Length && one.Components.Zip(other.Components).All(pair =>
        pair.First.Kind == pair.Second.Kind && pair.First.Paths.Select(Text).SequenceEqual(pair.Second.Paths.Select(Text)));

    private static (string, string?) Text(ParameterPath path) => (path.Path.Text, path.TargetType);

    /// <summary>Where the rows of a parameter stand.</summary>
    /// <param name="Numbers">Those of the parameters that have them.</param>
    /// <param name="TargetType">The only type of target that counts; null for any.</param>
    public sealed record Rows(IReadOnlyList<int> Numbers, string? TargetType);
}
