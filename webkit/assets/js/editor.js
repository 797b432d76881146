console.log('editor')
