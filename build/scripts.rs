//! Bundles many modules into one script. Each module becomes a function that runs once and returns
//! its exports, so that names of different modules cannot collide:
//!
//! ```js
//! const $page_words = (() => { function say(key) { … } return { say }; })();
//! const $log_fold = (() => { const { say } = $page_words; … })();
//! ```
//!
//! A module must therefore export only values that are complete when it has run: functions, classes
//! and constants. Import circles are not allowed. The build fails for anything else, so that the
//! error does not appear in a browser.
//!
//! A module that is loaded by `import("./picker.js")` becomes a script of its own (code splitting).
//! It takes the modules that the first script has from there, so that each of them runs once. A module
//! that only two such scripts have runs in both, and must keep no state.

use std::{collections::BTreeSet, error::Error, fs, path::Path};

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    BindingPattern, Declaration, ImportDeclaration, ImportDeclarationSpecifier, ModuleDeclaration,
    VariableDeclarationKind,
};
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A bundled script.
pub(crate) struct Script {
    /// Its file name, for example `room.js`, or `room-messages-picker.js` for a part that `room.js`
    /// loads on demand.
    pub(crate) file: String,
    pub(crate) source: String,
}

/// Bundles the module `name` in `folder` with all modules that it imports. Returns this script, and
/// those that it loads on demand.
pub(crate) fn bundle(folder: &Path, name: &str) -> Result<Vec<Script>> {
    let mut bundle = Bundle::new(folder, name);
    bundle.add(&format!("{name}.js"))?;
    let (mut parts, mut shared) = (Vec::new(), BTreeSet::new());
    for path in &bundle.on_demand {
        let mut part = Bundle::new(folder, name);
        part.elsewhere.clone_from(&bundle.ended);
        part.add(path)?;
        if !part.on_demand.is_empty() {
            return Err(format!("{path}: import() within a part that import() loads").into());
        }
        let exports = format!("export const {{ {} }} = {};", part.exports, variable(path));
        let taken = names(&part.shared);
        let source = format!(
            "import {{ {taken} }} from \"./{name}.js\";\n{}{exports}",
            part.script
        );
        parts.push(Script::minified(part_file(name, path), &source)?);
        shared.append(&mut part.shared);
    }
    if !shared.is_empty() {
        let exports = format!("export {{ {} }};\n", names(&shared));
        bundle.script.push_str(&exports);
    }
    parts.push(Script::minified(format!("{name}.js"), &bundle.script)?);
    Ok(parts)
}

impl Script {
    fn minified(file: String, source: &str) -> Result<Self> {
        let source = minify(source).map_err(|error| format!("{file}: {error}"))?;
        Ok(Self { file, source })
    }
}

fn names(variables: &BTreeSet<String>) -> String {
    Vec::from_iter(variables.iter().map(String::as_str)).join(", ")
}

/// Returns the file of a part that the script `name` loads on demand.
fn part_file(name: &str, path: &str) -> String {
    format!("{name}-{}", path.replace('/', "-"))
}

struct Bundle<'a> {
    folder: &'a Path,
    /// The entry point whose bundle this is, or is a part of.
    name: &'a str,
    /// The modules of the first script, which a part shares.
    elsewhere: Vec<String>,
    begun: Vec<String>,
    ended: Vec<String>,
    script: String,
    /// The variables of the modules that a part takes from the first script.
    shared: BTreeSet<String>,
    /// The modules that are loaded by `import()`.
    on_demand: Vec<String>,
    /// The names that the last module exports.
    exports: String,
}

impl<'a> Bundle<'a> {
    fn new(folder: &'a Path, name: &'a str) -> Self {
        Self {
            folder,
            name,
            elsewhere: Vec::new(),
            begun: Vec::new(),
            ended: Vec::new(),
            script: String::new(),
            shared: BTreeSet::new(),
            on_demand: Vec::new(),
            exports: String::new(),
        }
    }

    /// Appends a module after all modules that it imports, in the order in which a browser would
    /// run them.
    fn add(&mut self, path: &str) -> Result<()> {
        if self.ended.iter().any(|ended| ended == path) {
            return Ok(());
        }
        if self.elsewhere.iter().any(|shared| shared == path) {
            self.shared.insert(variable(path));
            return Ok(());
        }
        if self.begun.iter().any(|begun| begun == path) {
            return Err(format!("{path} imports itself by way of {:?}", self.begun).into());
        }
        self.begun.push(path.into());
        let source = fs::read_to_string(self.folder.join(path))
            .map_err(|error| format!("{path}: {error}"))?;
        let module =
            Module::read(self.name, path, &source).map_err(|error| format!("{path}: {error}"))?;
        for import in &module.imported {
            self.add(import)?;
        }
        self.script.push_str(&module.as_function());
        self.exports = module.exports.join(", ");
        for path in module.on_demand {
            if !self.on_demand.contains(&path) {
                self.on_demand.push(path);
            }
        }
        self.begun.pop();
        self.ended.push(path.into());
        Ok(())
    }
}

/// A parsed module.
struct Module {
    /// Its path below the folder of all scripts, for example `log/scroll.js`.
    path: String,
    /// The paths of the modules that it imports.
    imported: Vec<String>,
    /// One `const { … } = …;` for each import.
    imports: String,
    body: String,
    exports: Vec<String>,
    /// The paths of the modules that it loads by `import()`.
    on_demand: Vec<String>,
}

impl Module {
    /// Reads the module `path` of the bundle `name`.
    fn read(name: &str, path: &str, source: &str) -> Result<Self> {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, source, SourceType::mjs()).parse();
        if let Some(wrong) = parsed.diagnostics.first() {
            return Err(wrong.to_string().into());
        }
        let record = &parsed.module_record;
        if !record.import_metas.is_empty() {
            return Err("import.meta is not known here".into());
        }
        let mut module = Self {
            path: path.into(),
            imported: Vec::new(),
            imports: String::new(),
            body: String::new(),
            exports: Vec::new(),
            on_demand: Vec::new(),
        };
        let mut kept_until = 0;
        for statement in &parsed.program.body {
            let Some(declaration) = statement.as_module_declaration() else {
                continue;
            };
            let span = declaration.span();
            module
                .body
                .push_str(&source[kept_until..span.start as usize]);
            kept_until = match declaration {
                ModuleDeclaration::ImportDeclaration(import) => {
                    module.import(import)?;
                    span.end
                }
                ModuleDeclaration::ExportDeclaration(export) => {
                    module.export(&export.declaration)?;
                    export.declaration.span().start
                }
                _ => return Err("only named exports of declarations are known here".into()),
            } as usize;
        }
        module.body.push_str(&source[kept_until..]);
        for import in &record.dynamic_imports {
            let request = import.module_request;
            module.load(name, &source[request.start as usize..request.end as usize])?;
        }
        Ok(module)
    }

    /// Lets `import("./picker.js")` load the script that the bundler makes of that module.
    fn load(&mut self, name: &str, request: &str) -> Result<()> {
        let asked = request
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .ok_or("import() takes one literal path")?;
        let path = resolve(&self.path, asked);
        let file = part_file(name, &path);
        let (before, after) = (
            format!("import({request})"),
            format!("import(\"./{file}\")"),
        );
        self.body = self.body.replace(&before, &after);
        self.on_demand.push(path);
        Ok(())
    }

    fn import(&mut self, import: &ImportDeclaration<'_>) -> Result<()> {
        let path = resolve(&self.path, import.source.value.as_str());
        let mut names = Vec::new();
        for specifier in import.specifiers.iter().flatten() {
            let ImportDeclarationSpecifier::ImportSpecifier(specifier) = specifier else {
                return Err(format!("only names can be imported from {path}").into());
            };
            names.push(format!(
                "{}: {}",
                specifier.imported.name(),
                specifier.local.name
            ));
        }
        if !names.is_empty() {
            let names = names.join(", ");
            self.imports
                .push_str(&format!("const {{ {names} }} = {};\n", variable(&path)));
        }
        if !self.imported.contains(&path) {
            self.imported.push(path);
        }
        Ok(())
    }

    fn export(&mut self, declaration: &Declaration<'_>) -> Result<()> {
        let name = match declaration {
            Declaration::FunctionDeclaration(function) => function.id.as_ref(),
            Declaration::ClassDeclaration(class) => class.id.as_ref(),
            Declaration::VariableDeclaration(constants)
                if constants.kind == VariableDeclarationKind::Const =>
            {
                for constant in &constants.declarations {
                    let BindingPattern::BindingIdentifier(name) = &constant.id else {
                        return Err("constants are exported one by one".into());
                    };
                    self.exports.push(name.name.to_string());
                }
                None
            }
            _ => return Err("only functions, classes and constants are exported".into()),
        };
        self.exports.extend(name.map(|name| name.name.to_string()));
        Ok(())
    }

    fn as_function(&self) -> String {
        format!(
            "const {} = (() => {{\n{}{}\nreturn {{ {} }};\n}})();\n",
            variable(&self.path),
            self.imports,
            self.body,
            self.exports.join(", ")
        )
    }
}

/// Resolves an import, which is relative to the folder of `importer`. For example, in `log/fold.js`
/// `../page/words.js` is `page/words.js`.
fn resolve(importer: &str, request: &str) -> String {
    let mut steps: Vec<&str> = importer.split('/').collect();
    steps.pop();
    for step in request.split('/') {
        match step {
            "." => {}
            ".." => {
                steps.pop();
            }
            _ => steps.push(step),
        }
    }
    steps.join("/")
}

/// Returns the identifier of a module, for example `$log_live_region` for `log/live-region.js`.
fn variable(path: &str) -> String {
    let name = path.trim_end_matches(".js");
    format!("${}", name.replace(['-', '/'], "_"))
}

fn minify(script: &str) -> Result<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, script, SourceType::mjs()).parse();
    if let Some(wrong) = parsed.diagnostics.first() {
        return Err(wrong.to_string().into());
    }
    let mut program = parsed.program;
    let minified = Minifier::new(MinifierOptions::default()).minify(&allocator, &mut program);
    let printed = Codegen::new()
        .with_options(CodegenOptions::minify())
        .with_scoping(minified.scoping)
        .build(&program);
    Ok(printed.code)
}
