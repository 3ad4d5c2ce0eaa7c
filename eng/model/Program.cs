using Consortium.ModelGenerator;

// ModelGenerator <folder of FHIR R4 definitions> <output folder>
if (args.Length != 2)
{
    Console.Error.WriteLine("usage: ModelGenerator DEFINITIONS-FOLDER OUTPUT-FOLDER");
    return 2;
}

try
{
    DefinitionSet definitions = DefinitionSet.Load(args[0]);
    ModelShape shape = ShapeReader.Read(definitions);
    HashSet<string> written = new(StringComparer.Ordinal);
    void Write(string name, string text)
    {
        string path = Path.Combine(args[1], name + ".g.cs");
        written.Add(path);
        if (!File.Exists(path) || File.ReadAllText(path) != text) File.WriteAllText(path, text);
    }

    foreach (ModelType type in shape.Types.Where(t => t.Outer is null)) Write(type.ClassName, TypeWriter.Write(type, shape));
    Write("Enums", EnumWriter.Write(shape.Enums.All));
    Write("Choices", ChoiceWriter.Write(shape));
    Write("ModelTypes", IndexWriter.Write(shape));
    foreach (string old in Directory.EnumerateFiles(args[1], "*.g.cs").Where(f => !written.Contains(f))) File.Delete(old);
    return 0;
}
catch (DefinitionException problem)
{
    Console.Error.WriteLine($"error FHIRMODEL: {problem.Message}");
    return 1;
}
