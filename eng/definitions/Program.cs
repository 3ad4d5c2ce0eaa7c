using Consortium.DefinitionsCompiler;

// DefinitionsCompiler <folder of FHIR R4 definitions> <corrections.json> <left-out.json> <folder of code lists> <tables> <archive>
if (args.Length != 6)
{
    Console.Error.WriteLine("usage: DefinitionsCompiler DEFINITIONS-FOLDER CORRECTIONS-FILE LEFT-OUT-FILE CODE-LISTS-FOLDER TABLES-FILE ARCHIVE-FILE");
    return 2;
}

try
{
    DefinitionSet definitions = DefinitionSet.Load(args[0]);
    CodeSystemSet codeSystems = CodeSystemSet.Load(definitions, args[3]);
    InvariantCorrections corrections = InvariantCorrections.Load(args[1]);
    TableBuilder tables = new();
    new ValueSetCompiler(definitions, codeSystems, tables).Compile();
    new CodeSystemCompiler(codeSystems, tables).Compile();
    new StructureCompiler(definitions, corrections, tables).Compile();
    ResourceArchiveWriter archive = new(ResourceMinimiser.Load(args[2], corrections));
    archive.Load(args[0]);
    corrections.RequireAllUsed();
    Write(args[5], archive.Write);
    Write(args[4], tables.Write);
    return 0;
}
catch (DefinitionException problem)
{
    Console.Error.WriteLine($"error FHIRDEF: {problem.Message}");
    return 1;
}

// Written beside the target and moved: an interrupted build leaves no half file that looks up to date.
static void Write(string path, Action<Stream> write)
{
    string part = path + ".part";
    using (FileStream file = File.Create(part)) write(file);
    File.Move(part, path, overwrite: true);
}
