using System.Globalization;
using Consortium.Fhir;
using Consortium.FhirFacade.Search.Indexing;
using Consortium.FhirFacade.Search.Parameters;

namespace Consortium.FhirFacade.Tests.Isolation;

/// <summary>
/// Searches by every search parameter of every type of the sample, for values that really stand in a store: what an outsider would try who guesses what is hidden.
/// </summary>
internal static class SearchProbes
{
    /// <summary>The searches.</summary>
    /// <param name="indexer">Finds the values.</param>
    /// <param name="records">The records with what is hidden.</param>
    /// <param name="random">Chooses among the values.</param>
    public static IEnumerable<string> Of(ResourceIndexer indexer, IReadOnlyList<(string Type, string Id, byte[] Json)> records, Random random)
    {
        ILookup<string, IndexRows> rows = records.ToLookup(record => record.Type, record => indexer.Index(record.Type, record.Json, alsoShared: true));
        foreach (string type in MarkedRecords.Types)
        {
            IndexRows[] found = [.. rows[type]];
            foreach (SearchParameter by in SearchCatalog.R4.Of(type).OrderBy(by => by.Code, StringComparer.Ordinal))
            {
                foreach (string look in Looks(by, found, random)) yield return $"{type}?{look}&_total=accurate";
                yield return $"{type}?{by.Code}:missing={(random.Next(2) == 0 ? "true" : "false")}&_count=2";
                if (by.Kind != SearchParameterKind.Composite) yield return $"{type}?_sort={(random.Next(2) == 0 ? "-" : "")}{by.Code}&_count=2";
                if (by.Kind != SearchParameterKind.Reference) continue;
                yield return $"{type}?_include={type}:{by.Code}&_count=2";
                foreach (string target in by.Targets.Where(MarkedRecords.Types.Contains).OrderBy(_ => random.Next()).Take(1))
                {
                    yield return $"{target}?_revinclude={type}:{by.Code}&_count=2";
                    SearchParameter there = Any(target, random), here = Any(type, random);
                    foreach (string look in Looks(there, [.. rows[target]], random).Take(1)) yield return $"{type}?{by.Code}:{target}.{look}&_summary=count";
                    foreach (string look in Looks(here, found, random).Take(1)) yield return $"{target}?_has:{type}:{by.Code}:{look}&_summary=count";
                }
            }
        }
    }

    private static SearchParameter Any(string type, Random random)
    {
        IReadOnlyList<SearchParameter> all = SearchCatalog.R4.Of(type);
        return all[random.Next(all.Count)];
    }

    // A value as it stands, the beginning of a word, the other side of a number, everything but the value.
    private static IEnumerable<string> Looks(SearchParameter by, IndexRows[] rows, Random random)
    {
        switch (by.Kind)
        {
            case SearchParameterKind.Token:
                if (One(rows.SelectMany(one => one.Tokens).Where(row => row.Parameter == by.Number && row.Code.Length > 0), random) is { Code: not null } token)
                {
                    yield return $"{by.Code}={Escaped(token.System)}%7C{Escaped(token.Code)}";
                    yield return $"{by.Code}:not={Escaped(token.Code)}";
                }

                if (One(rows.SelectMany(one => one.Strings).Where(row => row.Parameter == by.Text), random) is { Exact: not null } words) yield return $"{by.Code}:text={Escaped(words.Folded)}";
                break;
            case SearchParameterKind.Uri:
                if (One(rows.SelectMany(one => one.Tokens).Where(row => row.Parameter == by.Number), random) is { Code: not null } uri)
                {
                    yield return $"{by.Code}={Escaped(uri.Code)}";
                    yield return $"{by.Code}:below={Escaped(uri.Code)}";
                }

                break;
            case SearchParameterKind.String:
                if (One(rows.SelectMany(one => one.Strings).Where(row => row.Parameter == by.Number), random) is { Exact: not null } text)
                {
                    yield return $"{by.Code}={Escaped(text.Folded[..Math.Min(4, text.Folded.Length)])}";
                    yield return $"{by.Code}:exact={Escaped(text.Exact)}";
                    yield return $"{by.Code}:contains={Escaped(text.Folded[1..])}";
                }

                break;
            case SearchParameterKind.Reference:
                if (One(rows.SelectMany(one => one.References).Where(row => row.Parameter == by.Number && row.TargetType.Length > 0), random) is { TargetId: not null } target)
                {
                    yield return $"{by.Code}={target.TargetType}/{target.TargetId}";
                }

                if (One(rows.SelectMany(one => one.Tokens).Where(row => row.Parameter == by.Identifier), random) is { Code: not null } number)
                {
                    yield return $"{by.Code}:identifier={Escaped(number.System)}%7C{Escaped(number.Code)}";
                }

                break;
            case SearchParameterKind.Date:
                if (One(rows.SelectMany(one => one.Dates).Where(row => row.Parameter == by.Number && row.Low > long.MinValue), random) is { Parameter: > 0 } date)
                {
                    string day = DateTimeOffset.FromUnixTimeMilliseconds(date.Low).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                    foreach (string prefix in (string[])["eq", "ne", "gt", "le"]) yield return $"{by.Code}={prefix}{day}";
                }

                break;
            case SearchParameterKind.Number or SearchParameterKind.Quantity:
                if (One(rows.SelectMany(one => one.Quantities).Where(row => row.Parameter == by.Number && row.Low > double.MinValue), random) is { Parameter: > 0 } quantity)
                {
                    string amount = quantity.Low.ToString("0.####", CultureInfo.InvariantCulture);
                    foreach (string prefix in (string[])["eq", "ne", "ge", "lt"]) yield return $"{by.Code}={prefix}{amount}";
                }

                break;
            default:
                string[] parts = [.. by.Components.Select(part => Looks(part, rows, random).FirstOrDefault()).OfType<string>().Select(look => look[(look.IndexOf('=', StringComparison.Ordinal) + 1)..])];
                if (parts.Length == by.Components.Length) yield return $"{by.Code}={string.Join('$', parts)}";
                break;
        }
    }

    private static T? One<T>(IEnumerable<T> of, Random random)
    {
        T[] all = [.. of];
        return all.Length == 0 ? default : all[random.Next(all.Length)];
    }

    private static string Escaped(string value) => Uri.EscapeDataString(
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal));
}
