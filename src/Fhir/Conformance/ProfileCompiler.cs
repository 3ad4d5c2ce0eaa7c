using System.Text;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Snapshots;

namespace Consortium.Fhir.Conformance;

/// <summary>
/// Compiles a StructureDefinition's snapshot to a <see cref="Profile"/>: each element is compared with the core definition at
/// its place, and only what differs is kept.
/// </summary>
internal sealed class ProfileCompiler
{
    private readonly R4Tables _tables = R4Tables.Instance;
    private readonly Dictionary<ProfileElement, int> _types = [];
    private readonly Dictionary<string, ProfileElement> _unsliced = new(StringComparer.Ordinal);
    private readonly List<(ProfileElement Element, string Target)> _contentReferences = [];

    /// <summary>The compiled profile; null for a logical model, a type that R4 does not have, or a snapshot that cannot be made.</summary>
    public static Profile? Compile(ProfileSnapshot snapshot)
    {
        int type = FhirR4.FindType(snapshot.Type);
        if (type == 0 || snapshot.Elements.Count == 0) return null;
        FhirNode definition = snapshot.Source.Root;
        ProfileElement root = new ProfileCompiler().Tree(snapshot.Elements, type, snapshot.Url);
        return new Profile
        {
            Url = snapshot.Url,
            Version = snapshot.Version,
            Type = type,
            Root = root,
            IsModifier = root.IsModifier,
            Contexts = [.. definition.ChildrenNamed("context").Select(Context), .. ExtensionContextCorrections.Of(snapshot.Url)],
            ContextInvariants = [.. definition.ChildrenNamed("contextInvariant").Select(c => c.Value).OfType<string>()],
        };
    }

    private static ExtensionContext Context(FhirNode context) =>
        new(context.Child("type").Value ?? string.Empty, context.Child("expression").Value ?? string.Empty);

    private ProfileElement Tree(IReadOnlyList<SnapshotElement> rows, int type, string url)
    {
        ProfileElement root = new() { Id = _tables.TypeName(type) };
        _types.Add(root, type);
        Stack<(string Path, ProfileElement Element)> open = new();
        foreach (SnapshotElement row in rows)
        {
            string path = row.Path;
            if (row.IsRoot)
            {
                ProfileElementReader.Read(row, root, CoreRules.OfType(type));
                open.Clear();
                open.Push((path, root));
                _unsliced[path] = root;
                continue;
            }

            if (open.Count == 0) open.Push((path[..path.IndexOf('.', StringComparison.Ordinal)], root));
            while (open.Count > 1 && !IsBelow(path, open.Peek().Path)) open.Pop();
            (string parentPath, ProfileElement parent) = open.Peek();
            if (Place(parent, path[(parentPath.Length + 1)..], row.SliceName, out int coreElement) is not { } element) continue;
            ProfileElementReader.Read(row, element, CoreRules.OfElement(coreElement));
            NarrowType(element);
            if (row.Slicing is { } slicing) ProfileElementReader.ReadSlicing(slicing, element);
            if (row.ContentReference is { } reference) _contentReferences.Add((element, reference[(reference.IndexOf('#', StringComparison.Ordinal) + 1)..]));
            if (row.SliceName is null) _unsliced.TryAdd(path, element);
            open.Push((path, element));
        }

        // An extension's definition is found by its url: there is nothing left to compare.
        if (root.Child(ProfileNames.Url) is { } own && type == _tables.Extension && own.Fixed.Exists && own.Fixed.Value == url) own.Fixed = default;
        Prune(root);
        LinkContent();
        return root;
    }

    /// <summary>Rules of the element referred to hold here as well, at any depth (elementdefinition-definitions.html#ElementDefinition.contentReference).</summary>
    private void LinkContent()
    {
        foreach ((ProfileElement element, string target) in _contentReferences)
        {
            if (!_unsliced.TryGetValue(target, out ProfileElement? content)) continue;
            // Where nothing but such references is left, there is nothing to follow them for.
            if (element.Children.Count == 0 && content.Children.Exists(c => !IsReference(c) || c.HasOwnChecks || c.Slicing is not null)) element.Children = content.Children;
        }
    }

    private bool IsReference(ProfileElement element) => _contentReferences.Exists(r => ReferenceEquals(r.Element, element));

    private static bool IsBelow(string path, string parent) =>
        path.Length > parent.Length && path[parent.Length] == '.' && path.StartsWith(parent, StringComparison.Ordinal);

    /// <summary>The element at a relative path below a parent, made where it is new; null where R4 has no such element.</summary>
    private ProfileElement? Place(ProfileElement parent, string relative, string? sliceName, out int coreElement)
    {
        coreElement = 0;
        string[] segments = relative.Split('.');
        ProfileElement at = parent;
        for (int i = 0; i < segments.Length; i++)
        {
            if (Child(at, segments[i], out coreElement) is not { } child) return null;
            at = child;
        }

        return sliceName is null ? at : SliceOf(at, sliceName);
    }

    private ProfileElement? Child(ProfileElement parent, string segment, out int coreElement)
    {
        string plain = segment.EndsWith("[x]", StringComparison.Ordinal) ? segment[..^3] : segment;
        byte[] utf8 = Encoding.UTF8.GetBytes(plain);
        int name = _tables.FindName(utf8), parentType = _types.GetValueOrDefault(parent), forType = 0, type = 0;
        coreElement = CoreRules.FindElement(parentType, name);
        if (coreElement != 0)
        {
            type = _tables.Elements[coreElement].TypeCount == 1 ? _tables.ElementTypes[_tables.Elements[coreElement].TypeStart].Type : 0;
        }
        else if (parentType != 0 && _tables.FindProperty(parentType, utf8, TableFormat.Hash(utf8)) is { Element: not 0 } property)
        {
            // A choice by the name of one of its types (valueQuantity): rules for values of that type.
            (coreElement, name, forType, type) = (property.Element, _tables.Elements[property.Element].Name, property.Type, property.Type);
        }
        else if (parentType != 0 || name < 0)
        {
            return null;
        }

        foreach (ProfileElement known in parent.Children)
        {
            if (known.Name == name && known.ForType == forType) return known;
        }

        ProfileElement child = new() { Id = $"{parent.Id}.{segment}", Name = name, ForType = forType };
        _types.Add(child, type);
        parent.Children.Add(child);
        return child;
    }

    private ProfileElement SliceOf(ProfileElement sliced, string name)
    {
        sliced.Slicing ??= new Slicing();
        // a/b is slice b of slice a (FHIR R4 profiling.html#reslicing).
        foreach (Slice outer in sliced.Slicing.Slices)
        {
            if (name == outer.Name) return outer.Element;
            if (name.StartsWith(outer.Name + "/", StringComparison.Ordinal)) return SliceOf(outer.Element, name);
        }

        int colon = sliced.Id.LastIndexOf(':'), dot = sliced.Id.LastIndexOf('.');
        string unsliced = colon > dot ? sliced.Id[..colon] : sliced.Id;
        ProfileElement element = new() { Id = $"{unsliced}:{name}", Name = sliced.Name, ForType = sliced.ForType };
        _types.Add(element, _types[sliced]);
        sliced.Slicing.Slices.Add(new Slice(name, element));
        return element;
    }

    /// <summary>Below a choice that the profile narrows to one type stand that type's elements.</summary>
    private void NarrowType(ProfileElement element)
    {
        if (element.Types is [{ Type: not 0 } only] && _types[element] is var known && (known == 0 || _tables.Types[known].Kind == TypeKind.Abstract)) _types[element] = only.Type;
    }

    /// <summary>Drops elements that add nothing to the core definitions; true where something is left.</summary>
    private bool Prune(ProfileElement element)
    {
        element.Children = [.. element.Children.Where(Prune)];
        bool slices = false;
        if (element.Slicing is { } slicing)
        {
            foreach (Slice slice in slicing.Slices) Prune(slice.Element);
            slices = slicing.Slices.Count > 0 || slicing.Rule == SlicingRule.Closed;
            if (!slices) element.Slicing = null;
            else ProfileElementReader.CompleteSlicing(element);
        }

        return element.HasOwnChecks || slices || element.Children.Count > 0 || IsReference(element);
    }
}
