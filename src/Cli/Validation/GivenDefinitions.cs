using Consortium.Fhir;

namespace Consortium.Cli.Validation;

/// <summary>What <c>--package</c> and <c>--profile</c> give to validate with.</summary>
internal static class GivenDefinitions
{
    /// <summary>The validator for these options.</summary>
    /// <exception cref="CommandException">A package cannot be read, or a profile is not known.</exception>
    public static FhirValidator Validator(IReadOnlyList<string> packages, IReadOnlyList<string> profiles, ValidationOptions? options = null)
    {
        options ??= new ValidationOptions();
        if (packages.Count == 0 && profiles.Count == 0 && options == new ValidationOptions()) return FhirValidator.R4;
        List<FhirPackage> given = [.. packages.SelectMany(Packages)];
        List<string> urls = [.. profiles.Select(p => ProfileUrl(p, given))];
        FhirPackage all = FhirPackage.Of(given);
        FhirDefinitions definitions = FhirDefinitions.R4.With(all.Definitions);
        foreach (string url in urls)
        {
            if (definitions.Find("StructureDefinition", url) is null)
            {
                throw CommandException.Misunderstood($"--profile {url}: no StructureDefinition with this URL is known. Give the file, folder or package that has it with --package.");
            }
        }

        return new FhirValidator(definitions, options with { Profiles = urls, ResolveReference = all.Resolve });
    }

    /// <summary>A profile is named by its URL or, for one at hand, by its file.</summary>
    private static string ProfileUrl(string profile, List<FhirPackage> given)
    {
        if (!File.Exists(profile)) return profile;
        FhirPackage file = ReadResource(profile);
        given.Add(file);
        FhirDocument? found = file.Definitions.FirstOrDefault(d => d.ResourceType == "StructureDefinition");
        return found?.Root.Child("url").Value ?? throw CommandException.Misunderstood($"--profile {profile}: the file has no StructureDefinition with a url.");
    }

    private static IEnumerable<FhirPackage> Packages(string path)
    {
        if (File.Exists(path)) return [Read(path)];
        if (!Directory.Exists(path)) throw CommandException.Misunderstood($"--package {path}: no such file or folder.");
        return Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsOfDefinitions).Order(StringComparer.Ordinal).Select(ReadOfFolder).OfType<FhirPackage>();
    }

    /// <summary>A folder may hold other things than definitions: what cannot be read is named and left out.</summary>
    private static FhirPackage? ReadOfFolder(string file)
    {
        try
        {
            return Read(file);
        }
        catch (CommandException unreadable)
        {
            Console.Error.WriteLine($"consortium: left out: {unreadable.Message}");
            return null;
        }
    }

    private static bool IsOfDefinitions(string file) =>
        IsTgz(file) || file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".xml", StringComparison.OrdinalIgnoreCase);

    private static bool IsTgz(string file) =>
        file.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase);

    private static FhirPackage Read(string file)
    {
        if (!IsTgz(file)) return ReadResource(file);
        try
        {
            using FileStream stream = File.OpenRead(file);
            return FhirPackage.ReadTgz(stream);
        }
        catch (Exception broken) when (broken is FhirFormatException or UnauthorizedAccessException)
        {
            throw CommandException.Misunderstood($"{file}: {broken.Message}");
        }
    }

    private static FhirPackage ReadResource(string file)
    {
        try
        {
            return FhirPackage.ReadResource(File.ReadAllBytes(file));
        }
        catch (FhirFormatException broken)
        {
            throw CommandException.Misunderstood($"{file}, line {broken.Line}, column {broken.Column}: {broken.Message}");
        }
        catch (UnauthorizedAccessException broken)
        {
            throw CommandException.Misunderstood($"{file}: {broken.Message}");
        }
    }
}
