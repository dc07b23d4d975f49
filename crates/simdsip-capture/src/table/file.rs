//! Record batches as Arrow IPC and Parquet.

use arrow_array::RecordBatch;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{ArrowError, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows of one Parquet row group.
const GROUP: usize = 128 * 1024;

/// Arrow IPC: the file format into a file, the stream format elsewhere.
pub enum ArrowFile<W: Write> {
    /// A file, which has a footer.
    File(Box<FileWriter<BufWriter<File>>>),
    /// A stream.
    Stream(Box<StreamWriter<W>>),
}

impl<W: Write> ArrowFile<W> {
    /// Creates a file.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn create(path: &Path, schema: &Schema) -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        let writer = FileWriter::try_new_with_options(file, schema, IpcWriteOptions::default());
        Ok(Self::File(Box::new(writer.map_err(arrow)?)))
    }

    /// Writes a stream.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn stream(out: W, schema: &Schema) -> io::Result<Self> {
        Ok(Self::Stream(Box::new(StreamWriter::try_new(out, schema).map_err(arrow)?)))
    }

    /// Appends a batch.
    ///
    /// # Errors
    /// Those of where it goes.
    pub fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        match self {
            Self::File(writer) => writer.write(batch).map_err(arrow),
            Self::Stream(writer) => writer.write(batch).and_then(|()| writer.flush()).map_err(arrow),
        }
    }

    /// Writes what stands at the end.
    ///
    /// # Errors
    /// Those of where it goes.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::File(mut writer) => {
                writer.finish().map_err(arrow)?;
                writer.into_inner().map_err(arrow)?.flush()
            }
            Self::Stream(mut writer) => writer.finish().map_err(arrow),
        }
    }
}

impl<W: Write> std::fmt::Debug for ArrowFile<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::File(_) => "ArrowFile::File",
            Self::Stream(_) => "ArrowFile::Stream",
        })
    }
}

/// One Parquet file, or several of a bounded number of rows in a directory.
pub struct ParquetFiles {
    schema: Arc<Schema>,
    place: Place,
    rows_per_file: usize,
    writer: Option<ArrowWriter<File>>,
    /// Rows in the present file, and files begun.
    rows: usize,
    files: usize,
}

enum Place {
    File(PathBuf),
    /// Directory, and what each file's name begins with.
    Dir(PathBuf, &'static str),
}

impl std::fmt::Debug for ParquetFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ParquetFiles({} files)", self.files)
    }
}

impl ParquetFiles {
    /// One file.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn file(path: &Path, schema: Arc<Schema>) -> io::Result<Self> {
        Self {
            schema,
            place: Place::File(path.to_owned()),
            rows_per_file: usize::MAX,
            writer: None,
            rows: 0,
            files: 0,
        }
        .opened()
    }

    /// Files `NAME-00000.parquet` and so on, of at most so many rows, in a directory that is made if it is missing.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn dir(
        path: &Path,
        name: &'static str,
        schema: Arc<Schema>,
        rows_per_file: usize,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(path)?;
        let place = Place::Dir(path.to_owned(), name);
        Self { schema, place, rows_per_file: rows_per_file.max(1), writer: None, rows: 0, files: 0 }.opened()
    }

    fn opened(mut self) -> io::Result<Self> {
        self.next()?;
        Ok(self)
    }

    fn next(&mut self) -> io::Result<()> {
        self.close()?;
        let path = match &self.place {
            Place::File(path) => path.clone(),
            Place::Dir(dir, name) => dir.join(format!("{name}-{:05}.parquet", self.files)),
        };
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP));
        let writer =
            ArrowWriter::try_new(File::create(path)?, Arc::clone(&self.schema), Some(properties.build()));
        self.writer = Some(writer.map_err(io::Error::other)?);
        (self.rows, self.files) = (0, self.files + 1);
        Ok(())
    }

    /// Appends a batch, cut where a file is full.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        let mut from = 0;
        while from < batch.num_rows() {
            if self.rows >= self.rows_per_file {
                self.next()?;
            }
            let len = (batch.num_rows() - from).min(self.rows_per_file - self.rows);
            if let Some(writer) = &mut self.writer {
                writer.write(&batch.slice(from, len)).map_err(io::Error::other)?;
            }
            self.rows += len;
            from += len;
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        match self.writer.take() {
            Some(writer) => writer.close().map(|_| ()).map_err(io::Error::other),
            None => Ok(()),
        }
    }

    /// Writes what stands at the end.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn finish(mut self) -> io::Result<()> {
        self.close()
    }
}

/// What the operating system said, if it was that.
fn arrow(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        error => io::Error::other(error),
    }
}
