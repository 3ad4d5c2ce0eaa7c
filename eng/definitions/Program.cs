using Consortium.DefinitionsCompiler;

// DefinitionsCompiler <folder of FHIR R4 definitions> <corrections.json> <output>
if (args.Length != 3)
{
    Console.Error.WriteLine("usage: DefinitionsCompiler DEFINITIONS-FOLDER CORRECTIONS-FILE OUTPUT-FILE");
    return 2;
}

try
{
    DefinitionSet definitions = DefinitionSet.Load(args[0]);
    InvariantCorrections corrections = InvariantCorrections.Load(args[1]);
    TableBuilder tables = new();
    new ValueSetCompiler(definitions, tables).Compile();
    new StructureCompiler(definitions, corrections, tables).Compile();
    corrections.RequireAllUsed();

    // Written beside the target and moved: an interrupted build leaves no half file that looks up to date.
    string part = args[2] + ".part";
    using (FileStream file = File.Create(part)) tables.Write(file);
    File.Move(part, args[2], overwrite: true);
    return 0;
}
catch (DefinitionException problem)
{
    Console.Error.WriteLine($"error FHIRDEF: {problem.Message}");
    return 1;
}
