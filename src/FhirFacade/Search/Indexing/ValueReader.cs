using Consortium.Fhir;
using Consortium.FhirFacade.Search.Parameters;
using Consortium.FhirFacade.Store;

namespace Consortium.FhirFacade.Search.Indexing;

/// <summary>Turns the values that a parameter finds into index rows, by the tables of search.html for each kind of parameter and data type.</summary>
internal sealed class ValueReader(IndexRows rows, string serverBase, IReadOnlyDictionary<string, string> contained)
{
    private const string FamilyName = "family";
    private const string TrueOrFalse = "http://terminology.hl7.org/CodeSystem/special-values";

    /// <summary>Reads one element.</summary>
    /// <param name="parameter">The parameter, or the part of a composite.</param>
    /// <param name="node">What its expression gave.</param>
    /// <param name="targetType">The only type of target that counts; null for any.</param>
    /// <param name="group">The element of a composite; 0 elsewhere.</param>
    public void Read(SearchParameter parameter, FhirNode node, string? targetType, int group)
    {
        switch (parameter.Kind)
        {
            case SearchParameterKind.Token:
                ReadToken(parameter, node, group);
                break;
            case SearchParameterKind.String:
                ReadString(parameter.Number, node, group);
                break;
            case SearchParameterKind.Reference:
                ReadReference(parameter, node, targetType, group);
                break;
            case SearchParameterKind.Date:
                if (TryInterval(node, out long low, out long high)) rows.Dates.Add(new DateRow(parameter.Number, group, low, high));
                break;
            case SearchParameterKind.Number or SearchParameterKind.Quantity:
                QuantityValues.Read(parameter.Number, node, group, rows.Quantities);
                break;
            case SearchParameterKind.Uri when node.Value is { Length: > 0 } uri:
                rows.Tokens.Add(new TokenRow(parameter.Number, group, "", uri));
                if (node.TypeName == "canonical" && uri.IndexOf('|', StringComparison.Ordinal) is > 0 and var bar) rows.Tokens.Add(new TokenRow(parameter.Number, group, "", uri[..bar]));
                break;
        }
    }

    /// <summary>Reads a value that an expression made itself: a truth, or a text.</summary>
    /// <param name="parameter">The parameter, or the part of a composite.</param>
    /// <param name="value">What its expression gave.</param>
    /// <param name="group">The element of a composite; 0 elsewhere.</param>
    public void Read(SearchParameter parameter, FhirPathValue value, int group)
    {
        switch (parameter.Kind)
        {
            case SearchParameterKind.Token when value.Value is { } said:
                rows.Tokens.Add(new TokenRow(parameter.Number, group, value.TypeName == "Boolean" ? TrueOrFalse : "", said));
                break;
            case SearchParameterKind.Uri when value.Value is { Length: > 0 } uri:
                rows.Tokens.Add(new TokenRow(parameter.Number, group, "", uri));
                break;
        }
    }

    private void ReadToken(SearchParameter parameter, FhirNode node, int group)
    {
        switch (node.TypeName)
        {
            case "CodeableConcept":
                foreach (FhirNode coding in node.ChildrenNamed("coding")) ReadCoding(parameter, coding, group);
                Beside(parameter.Text, node.Child("text").Value, group);
                break;
            case "Coding":
                ReadCoding(parameter, node, group);
                break;
            case "Identifier":
                if (node.Child("value").Value is { Length: > 0 } number)
                {
                    Token(parameter.Number, node.Child("system").Value, number, group);
                    foreach (FhirNode coding in group > 0 ? default : node.Child("type").ChildrenNamed("coding"))
                    {
                        if (coding.Child("code").Value is { } code) Token(parameter.Identifier, $"{coding.Child("system").Value}|{code}", number, group);
                    }
                }

                Beside(parameter.Text, node.Child("type").Child("text").Value, group);
                break;
            case "ContactPoint":
                Token(parameter.Number, node.Child("system").Value, node.Child("value").Value, group);
                break;
            case "boolean":
                Token(parameter.Number, TrueOrFalse, node.Value, group);
                break;
            case "string":
                // search.html#token: what is no code is compared without case.
                Token(parameter.Number, null, parameter.IsText ? node.Value?.ToLowerInvariant() : node.Value, group);
                break;
            default:
                Token(parameter.Number, node.BoundSystem, node.Value, group);
                break;
        }
    }

    private void ReadCoding(SearchParameter parameter, FhirNode coding, int group)
    {
        Token(parameter.Number, coding.Child("system").Value, coding.Child("code").Value, group);
        Beside(parameter.Text, coding.Child("display").Value, group);
    }

    // The words beside a token, for :text. A part of a composite has no modifiers, and its neighbours' numbers are those of the other parts.
    private void Beside(int number, string? words, int group)
    {
        if (group == 0) Words(number, words, group);
    }

    private void Token(int number, string? system, string? code, int group)
    {
        if (!string.IsNullOrEmpty(code) || !string.IsNullOrEmpty(system)) rows.Tokens.Add(new TokenRow(number, group, system ?? "", code ?? ""));
    }

    private void ReadString(int number, FhirNode node, int group)
    {
        // The parts of a name or an address that hold words; codes, periods and extensions do not.
        string[]? parts = node.TypeName switch
        {
            "HumanName" => ["text", "family", "given", "prefix", "suffix"],
            "Address" => ["text", "line", "city", "district", "state", "postalCode", "country"],
            "CodeableConcept" => ["text"],
            _ => null,
        };
        if (parts is null)
        {
            Words(number, node.Value, group);
            if (node.Name == FamilyName) FamilyParts(number, node.Value, group);
            return;
        }

        foreach (string part in parts)
        {
            foreach (FhirNode words in node.ChildrenNamed(part))
            {
                Words(number, words.Value, group);
                if (part == FamilyName) FamilyParts(number, words.Value, group);
            }
        }
    }

    // "Carreno Quinones" is found by "Quinones" too (search.html#string). What sorts by the name takes no notice of these rows.
    private void FamilyParts(int number, string? name, int group)
    {
        if (name is null || group > 0) return;
        foreach (string part in name.Split([' ', '-', '\u00a0'], StringSplitOptions.RemoveEmptyEntries).Skip(1)) rows.Strings.Add(new StringRow(number, StringRow.Part, FoldedText.Of(part), name));
    }

    private void Words(int number, string? words, int group)
    {
        if (!string.IsNullOrWhiteSpace(words)) rows.Strings.Add(new StringRow(number, group, FoldedText.Of(words), words));
    }

    private void ReadReference(SearchParameter parameter, FhirNode node, string? targetType, int group)
    {
        if (node.TypeName != "Reference")
        {
            ReadCanonical(parameter.Number, node.Value, group);
            return;
        }

        string? written = node.Child("reference").Value, stated = node.Child("type").Value;
        string? type = string.IsNullOrEmpty(written) ? stated : written[0] == '#' ? contained.GetValueOrDefault(written[1..]) : TypeOf(written, stated);
        // Of a reference by identifier alone the type may be unknown: it may be the one that is asked for.
        if (targetType is not null && type != targetType && !(written is null && stated is null)) return;
        FhirNode identifier = node.Child("identifier");
        if (identifier.Exists && group == 0) Token(parameter.Identifier, identifier.Child("system").Value, identifier.Child("value").Value, group);
        if (string.IsNullOrEmpty(written)) return;
        if (written[0] == '#')
        {
            if (written.Length > 1) rows.References.Add(new ReferenceRow(parameter.Number, group, ReferenceRow.Contained, written[1..]));
            return;
        }

        rows.References.Add(LocalReference.TryParse(written, serverBase, out RecordKey key)
            ? new ReferenceRow(parameter.Number, group, key.Type, key.Id)
            : new ReferenceRow(parameter.Number, group, "", written));
    }

    // A canonical is found by its URL with and without the version (FHIR R4 references.html#canonical).
    private void ReadCanonical(int number, string? canonical, int group)
    {
        if (string.IsNullOrEmpty(canonical)) return;
        if (LocalReference.TryParse(canonical, serverBase, out RecordKey key)) rows.References.Add(new ReferenceRow(number, group, key.Type, key.Id));
        rows.References.Add(new ReferenceRow(number, group, "", canonical));
        int bar = canonical.IndexOf('|', StringComparison.Ordinal);
        if (bar > 0) rows.References.Add(new ReferenceRow(number, group, "", canonical[..bar]));
    }

    /// <summary>The type of a reference's target: the one that the URL names, else the one stated.</summary>
    private static string? TypeOf(string reference, string? stated)
    {
        string[] steps = reference.Split('/');
        int history = Array.IndexOf(steps, "_history");
        int at = (history > 0 ? history : steps.Length) - 2;
        return at >= 0 && FhirR4.IsResourceType(steps[at]) ? steps[at] : stated;
    }

    private static bool TryInterval(FhirNode node, out long low, out long high)
    {
        switch (node.TypeName)
        {
            case "Period":
                bool begins = DateInterval.TryRead(node.Child("start").Value, out low, out _), ends = DateInterval.TryRead(node.Child("end").Value, out _, out high);
                if (!begins) low = long.MinValue;
                if (!ends) high = long.MaxValue;
                return begins || ends;
            case "Timing":
                return TryOuterLimits(node, out low, out high);
            default:
                return DateInterval.TryRead(node.Value, out low, out high);
        }
    }

    // Only the outer limits of a schedule matter (search.html#date).
    private static bool TryOuterLimits(FhirNode timing, out long low, out long high)
    {
        (low, high) = (long.MaxValue, long.MinValue);
        foreach (FhirNode occurrence in timing.ChildrenNamed("event"))
        {
            if (!DateInterval.TryRead(occurrence.Value, out long from, out long to)) continue;
            (low, high) = (Math.Min(low, from), Math.Max(high, to));
        }

        foreach (FhirNode bounds in timing.Child("repeat").ChildrenNamed("bounds"))
        {
            if (bounds.TypeName != "Period" || !TryInterval(bounds, out long from, out long to)) continue;
            (low, high) = (Math.Min(low, from), Math.Max(high, to));
        }

        return low < high;
    }
}
