using System.Globalization;
using Consortium.Fhir;
using Consortium.FhirFacade.Search.Parameters;
using TextReader = Consortium.FhirFacade.Search.Text.TextReader;

namespace Consortium.FhirFacade.Search.Indexing;

/// <summary>Finds what the search parameters of a resource's type say of it, by FHIRPath (FHIR R4 searchparameter.html). Thread-safe.</summary>
internal sealed class ResourceIndexer(SearchCatalog catalog, string serverBase)
{
    private static readonly FhirPathEnvironment s_environment = new();

    /// <summary>The index rows of a resource.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="bytes">Its bytes, known to be a resource in JSON.</param>
    /// <param name="alsoShared">True for the rows of every parameter; else those are left out that stand in the index under other parameters (<see cref="SharedRows"/>).</param>
    public IndexRows Index(string type, ReadOnlyMemory<byte> bytes, bool alsoShared = false) => Index(type, FhirDocument.Parse(bytes).Root, alsoShared);

    /// <summary>True where nothing that is found depends on the id, the version and the time that the store gives; a parameter of the site's own may look at them.</summary>
    public bool IsOfContentAlone(string type) => !catalog.Of(type).Any(parameter => parameter.IsCustom);

    /// <summary>The index rows of a resource.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="root">The resource.</param>
    /// <param name="alsoShared">True for the rows of every parameter; else those are left out that stand in the index under other parameters (<see cref="SharedRows"/>).</param>
    public IndexRows Index(string type, FhirNode root, bool alsoShared = false)
    {
        Dictionary<string, string> contained = Contained(root);
        IndexRows rows = Index(type, root, contained, alsoShared);
        foreach (FhirNode one in root.ChildrenNamed("contained")) rows.Contained.Add(new ContainedRow(one.TypeName, one.Child("id").Value ?? "", Index(one.TypeName, one, contained, alsoShared)));
        return rows;
    }

    // What is contained is indexed like any other resource; its references begin where those of its container do.
    private IndexRows Index(string type, FhirNode root, Dictionary<string, string> contained, bool alsoShared)
    {
        var rows = new IndexRows();
        var reader = new ValueReader(rows, serverBase, contained);
        foreach (SearchParameter parameter in catalog.Of(type))
        {
            if (!alsoShared && SharedRows.R4.Of(parameter.Number) is { TargetType: null }) continue;
            if (parameter.Kind == SearchParameterKind.Composite) IndexComposite(parameter, root, reader);
            else Index(parameter, root, reader, group: 0);
        }

        TextReader.Read(root, rows.Texts);
        AddCanonicalVersion(catalog.Find(type, "url"), root, rows);
        if (type == "Location") AddPosition(root.Child("position"), rows);
        return rows;
    }

    private static void AddPosition(FhirNode position, IndexRows rows)
    {
        if (TryNumber(position.Child("latitude").Value, out double latitude) && TryNumber(position.Child("longitude").Value, out double longitude)) rows.Positions.Add(PositionRow.At(latitude, longitude));

        static bool TryNumber(string? text, out double number) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    // A definition is found by url|version as well (search.html#uri).
    private static void AddCanonicalVersion(SearchParameter? url, FhirNode root, IndexRows rows)
    {
        if (url is { Kind: SearchParameterKind.Uri } && root.Child("url").Value is { Length: > 0 } canonical && root.Child("version").Value is { Length: > 0 } version)
        {
            rows.Tokens.Add(new TokenRow(url.Number, 0, "", $"{canonical}|{version}"));
        }
    }

    /// <summary>What one parameter finds in a resource.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="bytes">Its bytes, known to be a resource in JSON.</param>
    /// <param name="parameter">The parameter's number.</param>
    public IndexRows Index(string type, ReadOnlyMemory<byte> bytes, int parameter)
    {
        FhirNode root = FhirDocument.Parse(bytes).Root;
        Dictionary<string, string> contained = Contained(root);
        IndexRows rows = Index(type, root, contained, parameter);
        foreach (FhirNode one in root.ChildrenNamed("contained")) rows.Contained.Add(new ContainedRow(one.TypeName, one.Child("id").Value ?? "", Index(one.TypeName, one, contained, parameter)));
        return rows;
    }

    private IndexRows Index(string type, FhirNode root, Dictionary<string, string> contained, int parameter)
    {
        var rows = new IndexRows();
        SearchParameter? one = catalog.Of(type).FirstOrDefault(known => known.Number == parameter);
        if (one is null) return rows;
        var reader = new ValueReader(rows, serverBase, contained);
        if (one.Kind == SearchParameterKind.Composite) IndexComposite(one, root, reader);
        else Index(one, root, reader, group: 0);
        return rows;
    }

    // The types of the contained resources, by their ids.
    private static Dictionary<string, string> Contained(FhirNode root)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (FhirNode one in root.ChildrenNamed("contained"))
        {
            if (one.Child("id").Value is { } id) types.TryAdd(id, one.TypeName);
        }

        return types;
    }

    private static void Index(SearchParameter parameter, FhirNode context, ValueReader reader, int group)
    {
        foreach (ParameterPath path in parameter.Paths)
        {
            if (path.Elements is { } elements)
            {
                List<FhirNode> found = [];
                elements.Follow(context, found);
                foreach (FhirNode node in found) reader.Read(parameter, node, path.TargetType, group);
                continue;
            }

            foreach (FhirPathValue value in Evaluate(path, context))
            {
                if (value.Node.Exists) reader.Read(parameter, value.Node, path.TargetType, group);
                else reader.Read(parameter, value, group);
            }
        }
    }

    // The parts of one element belong together: they share a group.
    private static void IndexComposite(SearchParameter parameter, FhirNode root, ValueReader reader)
    {
        int group = 0;
        foreach (ParameterPath path in parameter.Paths)
        {
            foreach (FhirNode element in Nodes(path, root))
            {
                if (!IsWhole(parameter, element)) continue;
                group++;
                foreach (SearchParameter component in parameter.Components) Index(component, element, reader, group);
            }
        }
    }

    // An element that lacks one of the parts is found by none of them (search.html#combining): most Observations have one of the five kinds of value that there are composites for.
    // From the last part on, because the first is the code as a rule, which is never missing.
    private static bool IsWhole(SearchParameter composite, FhirNode element)
    {
        for (int i = composite.Components.Length - 1; i >= 0; i--)
        {
            if (!composite.Components[i].Paths.Any(path => path.Elements is null ? Evaluate(path, element).Count > 0 : Nodes(path, element).Count > 0)) return false;
        }

        return true;
    }

    private static List<FhirNode> Nodes(ParameterPath path, FhirNode context)
    {
        List<FhirNode> found = [];
        if (path.Elements is { } elements) elements.Follow(context, found);
        else found.AddRange(Evaluate(path, context).Select(value => value.Node).Where(node => node.Exists));
        return found;
    }

    // What an expression cannot be evaluated on has no such value; the resource is stored all the same.
    private static IReadOnlyList<FhirPathValue> Evaluate(ParameterPath path, FhirNode context)
    {
        try
        {
            return path.Path.Evaluate(context, s_environment);
        }
        catch (FhirPathException)
        {
            return [];
        }
    }
}
